import { findRegion } from '../aws/endpoints.ts';
import { resolveNetworkSettings } from '../connstring/network.ts';
import { type Options, PROPERTIES, type PropertyName } from '../connstring/properties.ts';
import type { PropertyGroup } from '../connstring/property-spec.ts';
import type { CredentialSource, Credentials } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { createDispatcher } from '../net/dispatcher.ts';
import type { Network, Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import { withPromptTimeout } from '../credentials/prompt-timeout.ts';
import { PROFILE_OPTIONS } from '../profiles/profile-files.ts';
import { type ProfileSettings, readProfileSettings } from '../profiles/profile-settings.ts';
import { refreshing } from '../credentials/refreshing.ts';
import {
  privateFailureCache,
  type LoginFailureCache,
  sharedFailureCache,
} from '../credentials/login-failure-cache.ts';
import { loadScheme } from '../authschemes/registry.ts';
import { type AuthScheme, declared } from '../credentials/scheme.ts';

/** A way in that was chosen and checked. Nothing was sent yet: the first credentials are fetched when asked for. */
export interface SignIn {
  /** The scheme that does the work: the one that Auto chose where it did. */
  readonly scheme: string;
  /** Credentials that are remembered and renewed in time. */
  readonly source: CredentialSource;
  /** Region of the profile, or the scheme's own. */
  readonly region?: string;
  /** DynamoDB's address in the profile; only where the credentials are the profile's. */
  readonly endpointUrl?: string;
  /** The way to the servers; open until this is closed. */
  readonly network: Network;
  /** Others than these, which AWS calls expired. */
  renew(expired: Credentials, signal: AbortSignal): Promise<Credentials>;
  /** Where the credentials came from, in words. */
  describe(): string;
  close(): void;
}

/** Chooses the scheme, checks all that it asks for, and prepares its credentials. Sends nothing. */
export async function signIn(options: Options, ports: Ports): Promise<SignIn> {
  const { scheme, because } = await choose(options);
  const problem = missing(scheme, options, because) ?? scheme.check?.(declared(scheme, options));
  if (problem !== undefined) throw new DriverError(problem.code, problem.message);
  for (const line of notices(scheme, options)) ports.warn(line);
  const settings = inSomeRegion(await settingsOf(scheme, options, ports), scheme, options, ports);
  const awsRegion = findRegion(options, settings);
  const given = declared(scheme, awsRegion === undefined ? options : { ...options, awsRegion });
  const networked = (await resolveNetworkSettings(options, ports)) ?? {};
  const way = createDispatcher(networked);
  const network: Network = { settings: networked, dispatcher: way.dispatcher };
  const { ports: world, person } = withPromptTimeout({ ...ports, network });
  const source = refreshing(scheme.source(given, world), {
    now: () => ports.now(),
    warn: (message) => ports.warn(message),
    person,
    refusal: refusalOf(scheme, given),
    retries: {
      maxAttempts: Math.max(1, options.maximumRequestRetries),
      waitMs: options.retryWaitTime ?? WAIT_MS,
      ...(options.retryJitter ? { random: () => ports.random() } : {}),
    },
    ...(options.maxRecoverySeconds === 0 ? {} : { timeoutMs: options.maxRecoverySeconds * 1000 }),
  });
  return {
    scheme: scheme.name,
    source,
    ...settings,
    network,
    renew: (expired, signal) => source.renew(expired, signal),
    describe: () => source.latest()?.origin ?? `AuthScheme ${scheme.name}`,
    close() {
      source.close();
      void way.close();
    },
  };
}

/** Where nothing names a Region, the scheme's own counts, of which the user should know. */
function inSomeRegion(
  settings: ProfileSettings,
  { name, defaultRegion: region }: AuthScheme,
  options: Options,
  ports: Ports,
): ProfileSettings {
  if (region === undefined || findRegion(options, settings) !== undefined) return settings;
  ports.warn(
    `No Region is given, so AuthScheme ${name} takes ${region}: set AWSRegion, AWS_REGION or the profile's region to where the tables are`,
  );
  return { ...settings, region };
}

const WAIT_MS = 200;

/** Identity providers count wrong passwords, so that all connections with the same one share what was answered. */
function refusalOf(scheme: AuthScheme, given: ReturnType<typeof declared>): LoginFailureCache {
  const names: readonly PropertyName[] = [...scheme.requires, ...scheme.uses];
  if (!names.includes('password')) return privateFailureCache();
  return sharedFailureCache([scheme.name, ...names.map((name) => plain(given[name]))]);
}

/** A value with its secrets, nested ones too: another code or another token makes another sign-in. */
function plain(value: unknown): string {
  if (value instanceof Secret) return value.reveal();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return JSON.stringify(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

async function choose(options: Options): Promise<{ scheme: AuthScheme; because: string }> {
  const named = await loadScheme(options.authScheme);
  const choice = named.choose?.(declared(named, options));
  if (choice === undefined) return { scheme: named, because: '' };
  return { scheme: await loadScheme(choice), because: `, which ${named.name} chose,` };
}

function missing(
  scheme: AuthScheme,
  options: Options,
  because: string,
): { code: 'AUTH_MISSING_PROPERTY'; message: string } | undefined {
  const absent = scheme.requires.filter((name) => options[name] === undefined);
  if (absent.length === 0) return undefined;
  const keys = absent.map((name) => PROPERTIES[name].key).join(' and ');
  return { code: 'AUTH_MISSING_PROPERTY', message: `AuthScheme ${scheme.name}${because} needs ${keys}` };
}

const AUTH_GROUPS: ReadonlySet<PropertyGroup> = new Set([
  'AWS keys',
  'Role',
  'MFA',
  'Profile',
  'Web identity',
  'SSO',
  'Cognito',
]);

function notices(scheme: AuthScheme, options: Options): readonly string[] {
  const notice = options.authScheme === scheme.name ? scheme.notice?.(declared(scheme, options)) : undefined;
  const read = new Set<PropertyName>([...scheme.requires, ...scheme.uses]);
  const unread = [...options.explicit].filter(
    (name) => AUTH_GROUPS.has(PROPERTIES[name].group) && !read.has(name),
  );
  const keys = unread.map((name) => PROPERTIES[name].key).join(', ');
  return [
    ...(notice === undefined ? [] : [notice]),
    ...(unread.length === 0 ? [] : [`AuthScheme ${scheme.name} does not use ${keys}`]),
  ];
}

/** What the profile says of Region and address: looked up where the profile signs in or the Region is still unknown. */
async function settingsOf(scheme: AuthScheme, options: Options, ports: Ports): Promise<ProfileSettings> {
  const isProfiles = PROFILE_OPTIONS.some((name) => scheme.uses.includes(name));
  if (!isProfiles && options.awsRegion !== undefined) return {};
  const { region, endpointUrl } = await readProfileSettings(options, ports);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined || !isProfiles ? {} : { endpointUrl }),
  };
}
