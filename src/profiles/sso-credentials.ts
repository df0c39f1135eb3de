import { createHash } from 'node:crypto';
import { dnsSuffix } from '../aws/regions.ts';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { type TextResponse, requestText } from '../net/http-text.ts';
import { readNamedFile } from '../core/named-file.ts';
import { Secret } from '../core/secret.ts';
import { parseZonedTime } from '../core/zoned-time.ts';
import { type Profile, type Setting, wordOf } from './profile-files.ts';
import { type ProfileContext, type ProfileKind, chainText, firstKey, profileError } from './profile-kind.ts';

const TIMEOUT_MS = 10_000;

/** Credentials of a role that IAM Identity Center grants, for a person whom `aws sso login` signed in. */
export const ssoCredentials: ProfileKind = {
  what: 'IAM Identity Center',
  key: (profile) => firstKey(profile, 'sso_account_id', 'sso_role_name'),
  source(profile, key, context) {
    const sso = settingsOf(profile, key, context);
    return async (signal) => {
      const token = await cachedToken(sso, profile, context);
      const portal =
        context.options.ssoEndpoint ?? `https://portal.sso.${sso.region}.${dnsSuffix(sso.region)}`;
      const query = new URLSearchParams({ role_name: sso.roleName, account_id: sso.accountId });
      const answer = await requestText({
        url: `${portal.replace(/\/+$/, '')}/federation/credentials?${query.toString()}`,
        headers: { 'x-amz-sso_bearer_token': token.reveal() },
        timeoutMs: TIMEOUT_MS,
        signal,
        dispatcher: context.ports.network?.dispatcher,
      });
      if (answer.status !== 200) throw refusal(answer, sso, profile, context);
      return {
        ...roleCredentials(answer.text),
        accountId: sso.accountId,
        origin:
          `role ${sso.roleName} in account ${sso.accountId}, granted by IAM Identity Center ` +
          `to profile "${profile.name}" of ${key.file}`,
      };
    };
  },
};

interface SsoSettings {
  readonly accountId: string;
  readonly roleName: string;
  readonly region: string;
  readonly startUrl: string;
  /** What the AWS command line names its file after: the session, else the start URL. */
  readonly cacheKey: string;
}

/** The profile's settings together with those of its session; they may not contradict each other. */
function settingsOf(profile: Profile, key: Setting, { files, chain }: ProfileContext): SsoSettings {
  const name = profile.settings.get('sso_session');
  const session = name === undefined ? undefined : files.ssoSessions.get(name.value);
  if (name !== undefined && session === undefined) {
    const message = `there is no section [sso-session ${name.value}], which profile "${profile.name}" names`;
    throw profileError(name, message, chain);
  }
  for (const [shared, { value, file, line }] of session?.settings ?? []) {
    const own = profile.settings.get(shared);
    if (own !== undefined && own.value !== value) {
      const message = `${shared} of profile "${profile.name}" differs from ${file}:${line}`;
      throw profileError(own, message, chain);
    }
  }
  const settings = new Map([...(session?.settings ?? []), ...profile.settings]);
  const wanted = ['sso_account_id', 'sso_role_name', 'sso_region', 'sso_start_url'] as const;
  const words = new Map(
    wanted.flatMap((wantedKey) => {
      const setting = settings.get(wantedKey);
      // A start URL may hold "#", even behind a blank.
      const word =
        setting === undefined ? '' : wantedKey === 'sso_start_url' ? setting.value : wordOf(setting);
      return word === '' ? [] : [[wantedKey, word] as const];
    }),
  );
  const missing = wanted.filter((wantedKey) => !words.has(wantedKey));
  if (missing.length > 0) {
    const message = `profile "${profile.name}" uses IAM Identity Center but has no ${missing.join(' and no ')}`;
    throw profileError(key, message, chain);
  }
  const startUrl = words.get('sso_start_url') ?? '';
  return {
    accountId: words.get('sso_account_id') ?? '',
    roleName: words.get('sso_role_name') ?? '',
    region: words.get('sso_region') ?? '',
    startUrl,
    cacheKey: name?.value ?? startUrl,
  };
}

/** The token that `aws sso login` left behind, where it is still good. */
async function cachedToken(sso: SsoSettings, profile: Profile, context: ProfileContext): Promise<Secret> {
  const { ports } = context;
  const name = createHash('sha1').update(sso.cacheKey).digest('hex');
  const file = `${ports.home}/.aws/sso/cache/${name}.json`;
  const text = await readNamedFile(file, ports, 'AUTH_PROFILE');
  if (text === undefined) throw signInAgain(`nobody has signed in (there is no ${file})`, profile, context);
  const token = tokenIn(text);
  if (token === undefined) throw signInAgain(`${file} holds no token that can be used`, profile, context);
  if (token.expiresAt <= ports.now()) {
    throw signInAgain(`the sign-in ended at ${new Date(token.expiresAt).toISOString()}`, profile, context);
  }
  return token.accessToken;
}

function tokenIn(text: string): { readonly accessToken: Secret; readonly expiresAt: number } | undefined {
  const token = membersIn(text);
  const accessToken = token.get('accessToken');
  const expiresAt = token.get('expiresAt');
  const time = typeof expiresAt === 'string' ? parseZonedTime(expiresAt) : NaN;
  if (!isCredentialString(accessToken) || Number.isNaN(time)) return undefined;
  return { accessToken: new Secret(accessToken), expiresAt: time };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function membersIn(text: string): ReadonlyMap<string, unknown> {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    // Other programs write such files, too. The parser's message would quote them.
    return new Map();
  }
}

function roleCredentials(text: string): Credentials {
  const given = membersOf(membersIn(text).get('roleCredentials'));
  const accessKeyId = given.get('accessKeyId');
  const secretAccessKey = given.get('secretAccessKey');
  const sessionToken = given.get('sessionToken');
  const expiration = toExpiration(given.get('expiration'));
  const areTexts = isCredentialString(accessKeyId) && isCredentialString(secretAccessKey);
  if (!areTexts || !isCredentialString(sessionToken) || expiration === undefined) {
    throw new DriverError('AUTH_MALFORMED', 'IAM Identity Center answered without usable credentials');
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

function refusal({ status }: TextResponse, sso: SsoSettings, profile: Profile, context: ProfileContext): Error {
  if (status === 401) return signInAgain('IAM Identity Center has ended the sign-in', profile, context);
  if (status === 403 || status === 404) {
    return new DriverError(
      'AUTH_DENIED',
      `IAM Identity Center grants no role ${sso.roleName} in account ${sso.accountId} to the person who signed in` +
        chainText(context.chain),
      { remedy: 'Correct sso_role_name and sso_account_id, or ask the administrator for the assignment.' },
    );
  }
  if (status === 429 || status >= 500) {
    return new DriverError('AUTH_UNAVAILABLE', `IAM Identity Center answered with status ${status}`);
  }
  return new DriverError(
    'AUTH_REFUSED',
    `IAM Identity Center in ${sso.region} answered with status ${status}`,
    {
      remedy: 'Check sso_region and sso_start_url of the profile.',
    },
  );
}

function signInAgain(why: string, profile: Profile, { chain }: ProfileContext): DriverError {
  const command =
    profile.name === 'default' ? 'aws sso login' : `aws sso login --profile ${quoted(profile.name)}`;
  const message = `IAM Identity Center, profile "${profile.name}": ${why}${chainText(chain)}`;
  return new DriverError('AUTH_EXPIRED', message, { remedy: `Run \`${command}\` and try again.` });
}

function quoted(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : `"${name}"`;
}
