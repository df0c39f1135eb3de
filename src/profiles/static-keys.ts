import type { Credentials } from '../core/credentials.ts';
import type { Profile, Setting } from './profile-files.ts';
import { type ProfileKind, findFirstSetting, profileError, getSettingValue } from './profile-kind.ts';

const KEYS = ['aws_access_key_id', 'aws_secret_access_key'] as const;

/** Access keys in the credentials file. */
export const credentialsFileKeys: ProfileKind = {
  what: 'access keys',
  key(profile, files) {
    const key = findFirstSetting(profile, ...KEYS);
    return key?.file === files.credentialsFile ? key : undefined;
  },
  source:
    (profile, _, { chain }) =>
    async () =>
      toStaticCredentials(profile, chain),
};

/** Access keys in the config file. */
export const configFileKeys: ProfileKind = {
  ...credentialsFileKeys,
  key: (profile) => findFirstSetting(profile, ...KEYS),
};

/** Whether a profile has access keys, even partial ones. */
export function hasKeys(profile: Profile): boolean {
  return findFirstSetting(profile, ...KEYS) !== undefined;
}

function toStaticCredentials(profile: Profile, chain: readonly string[]): Credentials {
  const id = requireSetting(profile, 0, chain);
  const accessKeyId = getSettingValue(profile, KEYS[0]) ?? '';
  requireSetting(profile, 1, chain);
  const secretAccessKey = getSettingValue(profile, KEYS[1]) ?? '';
  const token =
    getSettingValue(profile, 'aws_session_token') ?? getSettingValue(profile, 'aws_security_token');
  const accountId = getSettingValue(profile, 'aws_account_id');
  return {
    accessKeyId,
    secretAccessKey,
    ...(token === undefined ? {} : { sessionToken: token }),
    ...(accountId === undefined ? {} : { accountId }),
    origin: `profile "${profile.name}" of ${id.file}`,
  };
}

function requireSetting(profile: Profile, which: 0 | 1, chain: readonly string[]): Setting {
  const key = KEYS[which];
  const setting = profile.settings.get(key);
  if (setting !== undefined && getSettingValue(profile, key) !== undefined) return setting;
  const other = KEYS[which === 0 ? 1 : 0];
  const problem = setting === undefined ? `has ${other}, but ${key} is missing` : `has an empty ${key}`;
  const at = setting ?? profile.settings.get(other) ?? profile;
  throw profileError(at, `profile "${profile.name}" ${problem}`, chain);
}
