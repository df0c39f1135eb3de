import type { CredentialSource } from '../core/credentials.ts';
import type { Profile } from './profile-files.ts';
import { type ProfileContext, type ProfileKind, firstKey, profileError } from './profile-kind.ts';
import { processCredentials } from './process-credentials.ts';
import { roleCredentials } from './role-credentials.ts';
import { ssoCredentials } from './sso-credentials.ts';
import { hasKeys, keysOfConfigFile, keysOfCredentialsFile } from './static-keys.ts';
import { webIdentityCredentials } from './web-identity-credentials.ts';

/** Sessions of the AWS console are known, so that they can be told from a profile without credentials. */
const consoleSession: ProfileKind = {
  what: 'a console session',
  key: (profile) => firstKey(profile, 'login_session'),
  source(profile, key, { chain }) {
    const message = `login_session of profile "${profile.name}" names a console session, which this version does not support`;
    throw profileError(key, message, chain, {
      code: 'AUTH_NOT_SUPPORTED',
      remedy:
        'Add a profile with credential_process = aws configure export-credentials --profile <name>, and name that one.',
    });
  },
};

/** In the order of the AWS command line: the first kind that a profile has a key of decides. */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  roleCredentials,
  webIdentityCredentials,
  ssoCredentials,
  keysOfCredentialsFile,
  consoleSession,
  processCredentials,
  keysOfConfigFile,
];

/**
 * The credentials that a profile gives; undefined where it has no key that could give any. One that a role names gives
 * its keys even where it has a role of its own.
 */
export function sourceOfProfile(profile: Profile, context: ProfileContext): CredentialSource | undefined {
  const isSource = context.chain.length > 1;
  for (const kind of PROFILE_KINDS) {
    if (kind === roleCredentials && isSource && hasKeys(profile)) continue;
    const key = kind.key(profile, context.files);
    if (key !== undefined) return kind.source(profile, key, context);
  }
  return undefined;
}
