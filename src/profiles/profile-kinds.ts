import type { CredentialSource } from '../core/credentials.ts';
import type { Profile } from './profile-files.ts';
import { type ProfileContext, type ProfileKind, findFirstSetting, profileError } from './profile-kind.ts';
import { processCredentials } from './process-credentials.ts';
import { roleCredentials } from './role-credentials.ts';
import { ssoCredentials } from './sso-credentials.ts';
import { hasKeys, configFileKeys, credentialsFileKeys } from './static-keys.ts';
import { webIdentityCredentials } from './web-identity-credentials.ts';

/** Recognized only to report it as unsupported, rather than as a profile without credentials. */
const consoleSession: ProfileKind = {
  what: 'a console session',
  key: (profile) => findFirstSetting(profile, 'login_session'),
  source(profile, key, { chain }) {
    const message = `login_session of profile "${profile.name}" is not supported`;
    throw profileError(key, message, chain, {
      code: 'AUTH_NOT_SUPPORTED',
      remedy:
        'Add a profile with credential_process = aws configure export-credentials --profile <name>, and use that one.',
    });
  },
};

/** In the AWS CLI's order of precedence: the first kind that matches a profile counts. */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  roleCredentials,
  webIdentityCredentials,
  ssoCredentials,
  credentialsFileKeys,
  consoleSession,
  processCredentials,
  configFileKeys,
];

/**
 * The credentials of a profile, or undefined if it configures none. The access keys of a source profile take precedence
 * over its role.
 */
export function findProfileSource(profile: Profile, context: ProfileContext): CredentialSource | undefined {
  const isSourceProfile = context.chain.length > 1;
  for (const kind of PROFILE_KINDS) {
    if (kind === roleCredentials && isSourceProfile && hasKeys(profile)) continue;
    const key = kind.key(profile, context.files);
    if (key !== undefined) return kind.source(profile, key, context);
  }
  return undefined;
}
