import type { Credentials } from '../core/credentials.ts';
import type { Profile, Setting } from './profile-files.ts';
import { type ProfileKind, firstKey, profileError, wordAt } from './profile-kind.ts';

const KEYS = ['aws_access_key_id', 'aws_secret_access_key'] as const;

/** Keys that the credentials file holds. */
export const keysOfCredentialsFile: ProfileKind = {
  what: 'keys',
  key(profile, files) {
    const key = firstKey(profile, ...KEYS);
    return key?.file === files.credentialsFile ? key : undefined;
  },
  source:
    (profile, _, { chain }) =>
    async () =>
      credentialsOf(profile, chain),
};

/** Keys that the config file holds. */
export const keysOfConfigFile: ProfileKind = {
  ...keysOfCredentialsFile,
  key: (profile) => firstKey(profile, ...KEYS),
};

/** Whether a profile has keys of its own, be they only half of what is needed. */
export function hasKeys(profile: Profile): boolean {
  return firstKey(profile, ...KEYS) !== undefined;
}

function credentialsOf(profile: Profile, chain: readonly string[]): Credentials {
  const id = required(profile, 0, chain);
  const accessKeyId = wordAt(profile, KEYS[0]) ?? '';
  required(profile, 1, chain);
  const secretAccessKey = wordAt(profile, KEYS[1]) ?? '';
  const token = wordAt(profile, 'aws_session_token') ?? wordAt(profile, 'aws_security_token');
  const accountId = wordAt(profile, 'aws_account_id');
  return {
    accessKeyId,
    secretAccessKey,
    ...(token === undefined ? {} : { sessionToken: token }),
    ...(accountId === undefined ? {} : { accountId }),
    origin: `profile "${profile.name}" of ${id.file}`,
  };
}

function required(profile: Profile, which: 0 | 1, chain: readonly string[]): Setting {
  const key = KEYS[which];
  const setting = profile.settings.get(key);
  if (setting !== undefined && wordAt(profile, key) !== undefined) return setting;
  const other = KEYS[which === 0 ? 1 : 0];
  const state = setting === undefined ? `has ${other} but no ${key}` : `has an empty ${key}`;
  const near = setting ?? profile.settings.get(other) ?? profile;
  throw profileError(near, `profile "${profile.name}" ${state}`, chain);
}
