import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode, type ErrorDetails } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import {
  PROFILE_OPTIONS,
  type Profile,
  type ProfileFiles,
  type Setting,
  stripComment,
} from './profile-files.ts';

/** The properties that the credentials of a profile depend on. */
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

/** What is needed to resolve the credentials of a profile. */
export interface ProfileContext {
  readonly files: ProfileFiles;
  readonly options: ProfileSourceOptions;
  readonly ports: Ports;
  /** The profiles visited through source_profile; this one is the last. */
  readonly chain: readonly string[];
  /** The sources that `credential_source` can name. */
  readonly namedSources: ReadonlyMap<string, CredentialSource>;
  /** Resolves the credentials of another profile, to assume a role with. */
  resolveSource(profile: Profile, chain: readonly string[]): CredentialSource;
}

/** A kind of profile, by where its credentials come from. */
export interface ProfileKind {
  /** For messages: `a role`, `an external process`. */
  readonly what: string;
  /** The setting that makes a profile one of this kind, or undefined. */
  key(profile: Profile, files: ProfileFiles): Setting | undefined;
  /** Checks the profile and throws AUTH_PROFILE; sends nothing before the source is called. */
  source(profile: Profile, key: Setting, context: ProfileContext): CredentialSource;
}

/** The first of these settings that the profile has. */
export function findFirstSetting(profile: Profile, ...keys: readonly string[]): Setting | undefined {
  const key = keys.find((candidate) => profile.settings.has(candidate));
  return key === undefined ? undefined : profile.settings.get(key);
}

/** The value of a setting without blanks; undefined if it is absent or empty. */
export function getSettingValue(profile: Profile, key: string): string | undefined {
  const setting = profile.settings.get(key);
  return setting === undefined ? undefined : stripComment(setting) || undefined;
}

/** `file:line` of a setting, or of the profile. */
export function formatLocation(at: Setting | Profile): string {
  return 'location' in at ? at.location : `${at.file}:${at.line}`;
}

/** An error in the files, with its location and the profiles that led to it. */
export function profileError(
  at: Setting | Profile,
  message: string,
  chain: readonly string[],
  details: ErrorDetails & { readonly code?: ErrorCode } = {},
): DriverError {
  return new DriverError(
    details.code ?? 'AUTH_PROFILE',
    `${formatLocation(at)}: ${message}${formatChain(chain)}`,
    details,
  );
}

/** ` (a -> b)` for several profiles, else an empty string. */
export function formatChain(chain: readonly string[]): string {
  return chain.length < 2 ? '' : ` (${chain.join(' -> ')})`;
}
