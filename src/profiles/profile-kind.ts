import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode, type ErrorDetails } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { PROFILE_OPTIONS, type Profile, type ProfileFiles, type Setting, wordOf } from './profile-files.ts';

/** The options that the ways of a profile read besides those that name its files. */
export const PROFILE_SOURCE_OPTIONS = [
  ...PROFILE_OPTIONS,
  'awsRegion',
  'domain',
  'stsEndpoint',
  'ssoEndpoint',
  'imdsEndpoint',
  'roleSessionName',
  'mfaToken',
  'credentialsLocation',
] as const;
export type ProfileSourceOptions = Pick<Options, (typeof PROFILE_SOURCE_OPTIONS)[number] | 'explicit'>;

/** What a profile is read with. */
export interface ProfileContext {
  readonly files: ProfileFiles;
  readonly options: ProfileSourceOptions;
  readonly ports: Ports;
  /** The profiles that led here; this one comes last. */
  readonly chain: readonly string[];
  /** What `credential_source` may name. */
  readonly named: ReadonlyMap<string, CredentialSource>;
  /** The credentials of a further profile, for a role of this one. */
  sourceOf(profile: Profile, chain: readonly string[]): CredentialSource;
}

/** A way in which a profile can give credentials. */
export interface ProfileKind {
  /** For people: `a role`, `a process`. */
  readonly what: string;
  /** The key that makes a profile one of this kind; undefined where it is not. */
  key(profile: Profile, files: ProfileFiles): Setting | undefined;
  /** Checks the profile at once; sends nothing before the source is called. */
  source(profile: Profile, key: Setting, context: ProfileContext): CredentialSource;
}

/** The first of these keys that a profile has. */
export function firstKey(profile: Profile, ...keys: readonly string[]): Setting | undefined {
  const key = keys.find((candidate) => profile.settings.has(candidate));
  return key === undefined ? undefined : profile.settings.get(key);
}

/** The value of a key that holds no blanks; undefined where it is absent or empty. */
export function wordAt(profile: Profile, key: string): string | undefined {
  const setting = profile.settings.get(key);
  return setting === undefined ? undefined : wordOf(setting) || undefined;
}

/** `file:line` of a setting, or of the profile. */
export function placeOf(at: Setting | Profile): string {
  return 'place' in at ? at.place : `${at.file}:${at.line}`;
}

/** A fault of the files: where it stands, what it is, and through which profiles it was met. */
export function profileError(
  at: Setting | Profile,
  message: string,
  chain: readonly string[],
  details: ErrorDetails & { readonly code?: ErrorCode } = {},
): DriverError {
  return new DriverError(
    details.code ?? 'AUTH_PROFILE',
    `${placeOf(at)}: ${message}${chainText(chain)}`,
    details,
  );
}

/** ` (a -> b)` where there was more than one profile. */
export function chainText(chain: readonly string[]): string {
  return chain.length < 2 ? '' : ` (${chain.join(' -> ')})`;
}
