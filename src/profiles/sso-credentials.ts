import { createHash } from 'node:crypto';
import { dnsSuffix } from '../aws/regions.ts';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { type TextResponse, requestText } from '../net/http-text.ts';
import { readNamedFile } from '../core/named-file.ts';
import { Secret } from '../core/secret.ts';
import { parseZonedTime } from '../core/zoned-time.ts';
import { type Profile, type Setting, stripComment } from './profile-files.ts';
import {
  type ProfileContext,
  type ProfileKind,
  formatChain,
  findFirstSetting,
  profileError,
} from './profile-kind.ts';

const TIMEOUT_MS = 10_000;

/** Credentials of a role from IAM Identity Center, for a user who signed in with `aws sso login`. */
export const ssoCredentials: ProfileKind = {
  what: 'IAM Identity Center',
  key: (profile) => findFirstSetting(profile, 'sso_account_id', 'sso_role_name'),
  source(profile, key, context) {
    const sso = resolveSsoSettings(profile, key, context);
    return async (signal) => {
      const token = await readCachedToken(sso, profile, context);
      const portal =
        context.options.ssoEndpoint ?? `https://portal.sso.${sso.region}.${dnsSuffix(sso.region)}`;
      const query = new URLSearchParams({ role_name: sso.roleName, account_id: sso.accountId });
      const response = await requestText({
        url: `${portal.replace(/\/+$/, '')}/federation/credentials?${query.toString()}`,
        headers: { 'x-amz-sso_bearer_token': token.reveal() },
        timeoutMs: TIMEOUT_MS,
        signal,
        dispatcher: context.ports.network?.dispatcher,
      });
      if (response.status !== 200) throw toResponseError(response, sso, profile, context);
      return {
        ...parseRoleCredentials(response.text),
        accountId: sso.accountId,
        origin:
          `role ${sso.roleName} in account ${sso.accountId} from IAM Identity Center, ` +
          `profile "${profile.name}" of ${key.file}`,
      };
    };
  },
};

interface SsoSettings {
  readonly accountId: string;
  readonly roleName: string;
  readonly region: string;
  readonly startUrl: string;
  /** The AWS CLI names the token file after the session, else after the start URL. */
  readonly cacheKey: string;
}

/** Merges the settings of the profile with those of its session, which must not differ. */
function resolveSsoSettings(profile: Profile, key: Setting, { files, chain }: ProfileContext): SsoSettings {
  const name = profile.settings.get('sso_session');
  const session = name === undefined ? undefined : files.ssoSessions.get(name.value);
  if (name !== undefined && session === undefined) {
    const message = `section [sso-session ${name.value}] referenced in profile "${profile.name}" does not exist`;
    throw profileError(name, message, chain);
  }
  for (const [sharedKey, { value, file, line }] of session?.settings ?? []) {
    const own = profile.settings.get(sharedKey);
    if (own !== undefined && own.value !== value) {
      const message = `${sharedKey} of profile "${profile.name}" differs from ${file}:${line}`;
      throw profileError(own, message, chain);
    }
  }
  const settings = new Map([...(session?.settings ?? []), ...profile.settings]);
  const required = ['sso_account_id', 'sso_role_name', 'sso_region', 'sso_start_url'] as const;
  const values = new Map(
    required.flatMap((requiredKey) => {
      const setting = settings.get(requiredKey);
      // A start URL can contain "#", even after a blank.
      const value =
        setting === undefined ? '' : requiredKey === 'sso_start_url' ? setting.value : stripComment(setting);
      return value === '' ? [] : [[requiredKey, value] as const];
    }),
  );
  const missing = required.filter((requiredKey) => !values.has(requiredKey));
  if (missing.length > 0) {
    const message = `profile "${profile.name}" is missing the required SSO configuration values: ${missing.join(', ')}`;
    throw profileError(key, message, chain);
  }
  const startUrl = values.get('sso_start_url') ?? '';
  return {
    accountId: values.get('sso_account_id') ?? '',
    roleName: values.get('sso_role_name') ?? '',
    region: values.get('sso_region') ?? '',
    startUrl,
    cacheKey: name?.value ?? startUrl,
  };
}

/** Reads the token that `aws sso login` cached; AUTH_EXPIRED if there is no valid one. */
async function readCachedToken(sso: SsoSettings, profile: Profile, context: ProfileContext): Promise<Secret> {
  const { ports } = context;
  const name = createHash('sha1').update(sso.cacheKey).digest('hex');
  const file = `${ports.home}/.aws/sso/cache/${name}.json`;
  const text = await readNamedFile(file, ports, 'AUTH_PROFILE');
  if (text === undefined) throw toLoginError(`the SSO token does not exist (${file})`, profile, context);
  const token = parseToken(text);
  if (token === undefined) throw toLoginError(`${file} does not contain a valid SSO token`, profile, context);
  if (token.expiresAt <= ports.now()) {
    throw toLoginError(
      `the SSO session expired at ${new Date(token.expiresAt).toISOString()}`,
      profile,
      context,
    );
  }
  return token.accessToken;
}

function parseToken(text: string): { readonly accessToken: Secret; readonly expiresAt: number } | undefined {
  const token = parseMembers(text);
  const accessToken = token.get('accessToken');
  const expiresAt = token.get('expiresAt');
  const time = typeof expiresAt === 'string' ? parseZonedTime(expiresAt) : NaN;
  if (!isCredentialString(accessToken) || Number.isNaN(time)) return undefined;
  return { accessToken: new Secret(accessToken), expiresAt: time };
}

function toMembers(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function parseMembers(text: string): ReadonlyMap<string, unknown> {
  try {
    return toMembers(JSON.parse(text));
  } catch {
    // Callers report invalid JSON themselves: the parser's message would quote a token.
    return new Map();
  }
}

function parseRoleCredentials(text: string): Credentials {
  const members = toMembers(parseMembers(text).get('roleCredentials'));
  const accessKeyId = members.get('accessKeyId');
  const secretAccessKey = members.get('secretAccessKey');
  const sessionToken = members.get('sessionToken');
  const expiration = toExpiration(members.get('expiration'));
  const hasKeys = isCredentialString(accessKeyId) && isCredentialString(secretAccessKey);
  if (!hasKeys || !isCredentialString(sessionToken) || expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', 'IAM Identity Center returned incomplete or invalid credentials');
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

function toResponseError(
  { status }: TextResponse,
  sso: SsoSettings,
  profile: Profile,
  context: ProfileContext,
): Error {
  if (status === 401)
    return toLoginError('the SSO session has expired or is otherwise invalid', profile, context);
  if (status === 403 || status === 404) {
    return new DriverError(
      'AUTH_DENIED',
      `No access to role ${sso.roleName} in account ${sso.accountId} of IAM Identity Center` +
        formatChain(context.chain),
      {
        remedy:
          'Correct sso_role_name and sso_account_id, or ask an administrator to assign the account and the permission set.',
      },
    );
  }
  if (status === 429 || status >= 500) {
    return new DriverError('AUTH_UNAVAILABLE', `IAM Identity Center failed with status ${status}`);
  }
  return new DriverError(
    'AUTH_REFUSED',
    `IAM Identity Center in ${sso.region} responded with status ${status}`,
    {
      remedy: 'Check sso_region and sso_start_url of the profile.',
    },
  );
}

function toLoginError(why: string, profile: Profile, { chain }: ProfileContext): DriverError {
  const command =
    profile.name === 'default' ? 'aws sso login' : `aws sso login --profile ${quoteName(profile.name)}`;
  const message = `IAM Identity Center, profile "${profile.name}": ${why}${formatChain(chain)}`;
  return new DriverError('AUTH_EXPIRED', message, { remedy: `Run \`${command}\` and try again.` });
}

function quoteName(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : `"${name}"`;
}
