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
  createFailureCache,
  type LoginFailureCache,
  sharedFailureCache,
} from '../credentials/login-failure-cache.ts';
import { loadScheme } from '../authschemes/registry.ts';
import { type AuthScheme, pickDeclaredOptions } from '../credentials/scheme.ts';

/** A sign-in whose scheme and properties were checked. The first credentials are fetched on demand. */
export interface SignIn {
  /** The scheme in use; for Auto, the one that it chose. */
  readonly scheme: string;
  /** The credentials, cached and renewed before they expire. */
  readonly source: CredentialSource;
  /** The Region of the profile, else the default of the scheme. */
  readonly region?: string;
  /** The DynamoDB endpoint of the profile; only if the credentials come from it, too. */
  readonly endpointUrl?: string;
  /** The network settings and the dispatcher, which `close` closes. */
  readonly network: Network;
  /** Replaces credentials that AWS reported as expired. */
  renew(expired: Credentials, signal: AbortSignal): Promise<Credentials>;
  /** The origin of the credentials, for `whoami`. */
  describe(): string;
  close(): void;
}

/** Chooses the scheme, checks its properties and prepares its credentials. Sends nothing. */
export async function signIn(options: Options, ports: Ports): Promise<SignIn> {
  const { scheme, reason } = await chooseScheme(options);
  const problem =
    checkRequired(scheme, options, reason) ?? scheme.check?.(pickDeclaredOptions(scheme, options));
  if (problem !== undefined) throw new DriverError(problem.code, problem.message);
  for (const line of listNotices(scheme, options)) ports.warn(line);
  const settings = withDefaultRegion(await readSettings(scheme, options, ports), scheme, options, ports);
  const awsRegion = findRegion(options, settings);
  const declared = pickDeclaredOptions(scheme, awsRegion === undefined ? options : { ...options, awsRegion });
  const networkSettings = (await resolveNetworkSettings(options, ports)) ?? {};
  const connectionPool = createDispatcher(networkSettings);
  const network: Network = { settings: networkSettings, dispatcher: connectionPool.dispatcher };
  const { ports: timedPorts, prompts } = withPromptTimeout({ ...ports, network });
  const source = refreshing(scheme.source(declared, timedPorts), {
    now: () => ports.now(),
    warn: (message) => ports.warn(message),
    prompts,
    failureCache: selectFailureCache(scheme, declared),
    retries: {
      maxAttempts: Math.max(1, options.maximumRequestRetries),
      waitMs: options.retryWaitTime ?? DEFAULT_RETRY_WAIT_MS,
      wait: (ms, signal) => ports.wait(ms, signal),
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
      void connectionPool.close();
    },
  };
}

/** Adds the default Region of the scheme if none is set, with a warning. */
function withDefaultRegion(
  settings: ProfileSettings,
  { name, defaultRegion: region }: AuthScheme,
  options: Options,
  ports: Ports,
): ProfileSettings {
  if (region === undefined || findRegion(options, settings) !== undefined) return settings;
  ports.warn(
    `No Region is set, so AuthScheme ${name} uses ${region}; set AWSRegion, AWS_REGION or the region of the profile to the Region of the tables`,
  );
  return { ...settings, region };
}

const DEFAULT_RETRY_WAIT_MS = 200;

/** Identity providers count wrong passwords, so connections with the same values share the failure of a sign-in. */
function selectFailureCache(
  scheme: AuthScheme,
  declared: ReturnType<typeof pickDeclaredOptions>,
): LoginFailureCache {
  const names: readonly PropertyName[] = [...scheme.requires, ...scheme.uses];
  if (!names.includes('password')) return createFailureCache();
  return sharedFailureCache([scheme.name, ...names.map((name) => serialize(declared[name]))]);
}

/** Serializes a value including its secrets, since another code or token is another sign-in. */
function serialize(value: unknown): string {
  if (value instanceof Secret) return value.reveal();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return JSON.stringify(Object.entries(value).map(([name, inner]) => [name, serialize(inner)]));
}

async function chooseScheme(options: Options): Promise<{ scheme: AuthScheme; reason: string }> {
  const named = await loadScheme(options.authScheme);
  const choice = named.choose?.(pickDeclaredOptions(named, options));
  if (choice === undefined) return { scheme: named, reason: '' };
  return { scheme: await loadScheme(choice), reason: ` (chosen by ${named.name})` };
}

function checkRequired(
  scheme: AuthScheme,
  options: Options,
  reason: string,
): { code: 'AUTH_MISSING_PROPERTY'; message: string } | undefined {
  const missing = scheme.requires.filter((name) => options[name] === undefined);
  if (missing.length === 0) return undefined;
  const keys = missing.map((name) => PROPERTIES[name].key).join(' and ');
  return { code: 'AUTH_MISSING_PROPERTY', message: `AuthScheme ${scheme.name}${reason} requires ${keys}` };
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

function listNotices(scheme: AuthScheme, options: Options): readonly string[] {
  const notice =
    options.authScheme === scheme.name ? scheme.notice?.(pickDeclaredOptions(scheme, options)) : undefined;
  const declared = new Set<PropertyName>([...scheme.requires, ...scheme.uses]);
  const unused = [...options.explicit].filter(
    (name) => AUTH_GROUPS.has(PROPERTIES[name].group) && !declared.has(name),
  );
  const keys = unused.map((name) => PROPERTIES[name].key).join(', ');
  return [
    ...(notice === undefined ? [] : [notice]),
    ...(unused.length === 0 ? [] : [`AuthScheme ${scheme.name} does not use ${keys}`]),
  ];
}

/** Reads the Region and endpoint of the profile, if the scheme uses it or the Region is not set. */
async function readSettings(scheme: AuthScheme, options: Options, ports: Ports): Promise<ProfileSettings> {
  const usesProfile = PROFILE_OPTIONS.some((name) => scheme.uses.includes(name));
  if (!usesProfile && options.awsRegion !== undefined) return {};
  const { region, endpointUrl } = await readProfileSettings(options, ports);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined || !usesProfile ? {} : { endpointUrl }),
  };
}
