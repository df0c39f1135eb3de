import type { CredentialSource, Credentials } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import { type Profile, type Setting, wordOf } from './profile-files.ts';

/** A way in which a profile can give credentials. */
export interface ProfileKind {
  /** The keys of which any one makes a profile one of this kind. */
  readonly keys: readonly string[];
  source(profile: Profile, key: Setting): CredentialSource;
}

/** Keys of the profile itself. */
const staticKeys: ProfileKind = {
  keys: ['aws_access_key_id', 'aws_secret_access_key'],
  source: (profile) => async () => credentialsOf(profile),
};

/** A kind that is recognised so that it can be told from a profile without credentials. */
function unsupported(what: string, keys: readonly string[]): ProfileKind {
  return {
    keys,
    source(profile, { file, line }) {
      const key = keys.find((candidate) => profile.settings.has(candidate)) ?? what;
      throw new DriverError(
        'AUTH_NOT_SUPPORTED',
        `${file}:${line}: ${key} of profile "${profile.name}" names ${what}, which this version does not support`,
        { remedy: 'Name a profile that holds aws_access_key_id and aws_secret_access_key.' },
      );
    },
  };
}

/** In the order of the AWS command line: the first kind that a profile has a key of decides. */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  unsupported('a web identity', ['web_identity_token_file']),
  unsupported('a role', ['role_arn', 'source_profile', 'credential_source']),
  unsupported('IAM Identity Center', ['sso_session', 'sso_start_url', 'sso_account_id', 'sso_role_name']),
  staticKeys,
  unsupported('a console session', ['login_session']),
  unsupported('a process', ['credential_process']),
];

/** The credentials that a profile gives; undefined where it has no key that could give any. */
export function sourceOfProfile(profile: Profile): CredentialSource | undefined {
  for (const kind of PROFILE_KINDS) {
    const key = kind.keys.find((candidate) => profile.settings.has(candidate));
    const setting = key === undefined ? undefined : profile.settings.get(key);
    if (setting !== undefined) return kind.source(profile, setting);
  }
  return undefined;
}

function credentialsOf(profile: Profile): Credentials {
  const id = required(profile, 'aws_access_key_id', 'aws_secret_access_key');
  const secret = required(profile, 'aws_secret_access_key', 'aws_access_key_id');
  const token = optional(profile, 'aws_session_token') ?? optional(profile, 'aws_security_token');
  const accountId = optional(profile, 'aws_account_id');
  return {
    accessKeyId: wordOf(id),
    secretAccessKey: wordOf(secret),
    ...(token === undefined ? {} : { sessionToken: token }),
    ...(accountId === undefined ? {} : { accountId }),
    origin: `profile "${profile.name}" of ${id.file}`,
  };
}

function optional(profile: Profile, key: string): string | undefined {
  const setting = profile.settings.get(key);
  return setting === undefined || wordOf(setting) === '' ? undefined : wordOf(setting);
}

function required(profile: Profile, key: string, other: string): Setting {
  const setting = profile.settings.get(key);
  if (setting !== undefined && wordOf(setting) !== '') return setting;
  const near = setting ?? profile.settings.get(other);
  const place = near === undefined ? profile.place : `${near.file}:${near.line}`;
  const state = setting === undefined ? `has ${other} but no ${key}` : `has an empty ${key}`;
  throw new DriverError('AUTH_PROFILE', `${place}: profile "${profile.name}" ${state}`);
}
