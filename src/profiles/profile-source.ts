import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { type RoleOptions, checkRoleOptions } from '../credentials/role-options.ts';
import { type Profile, type ProfileFiles, getProfile, readProfileFiles } from './profile-files.ts';
import { type ProfileContext, type ProfileSourceOptions, profileError } from './profile-kind.ts';
import { findProfileSource } from './profile-kinds.ts';
import { createNamedSources } from './role-credentials.ts';

/** Credentials of the selected profile. Each call reads the files again, so that new keys take effect. */
export function fromProfile(options: ProfileSourceOptions, ports: Ports): CredentialSource {
  const namedSources = createNamedSources(options, ports);
  return async (signal) => {
    const files = await readProfileFiles(options, ports);
    if (options.explicit.has('awsCredentialsFile') && !files.exists.credentials) {
      throw new DriverError(
        'AUTH_PROFILE',
        `could not open AWSCredentialsFile "${files.credentialsFile}": no such file`,
      );
    }
    const profile = getProfile(options.awsCredentialsFileProfile, files);
    return createSourceResolver(files, namedSources, options, ports)(profile, [profile.name])(signal);
  };
}

/** Resolves profiles of these files to sources. Errors that need no request are thrown at once. */
export function createSourceResolver(
  files: ProfileFiles,
  namedSources: ProfileContext['namedSources'],
  options: ProfileSourceOptions,
  ports: Ports,
): ProfileContext['resolveSource'] {
  const resolveSource: ProfileContext['resolveSource'] = (profile, chain) => {
    const source = findProfileSource(profile, { files, options, ports, chain, namedSources, resolveSource });
    if (source !== undefined) return source;
    throw toNoCredentialsError(profile, chain, files);
  };
  return resolveSource;
}

/** Checks the role and MFA options on top of a profile. Without MFASerialNumber, MFAToken is for the device of the profile. */
export function checkProfileOptions({ mfaToken, ...options }: RoleOptions): Problem | undefined {
  const hasOwnDevice = options.mfaSerialNumber !== undefined && mfaToken !== undefined;
  return checkRoleOptions(hasOwnDevice ? { ...options, mfaToken } : options);
}

/** Settings that configure no credentials alone, and what they require. */
const INCOMPLETE: readonly (readonly [key: string, required: string])[] = [
  ['source_profile', 'role_arn'],
  ['credential_source', 'role_arn'],
  ['sso_session', 'sso_account_id and sso_role_name'],
  ['sso_start_url', 'sso_account_id and sso_role_name'],
];

function toNoCredentialsError(profile: Profile, chain: readonly string[], files: ProfileFiles): DriverError {
  const incomplete = INCOMPLETE.find(([key]) => profile.settings.has(key));
  const at = (incomplete && profile.settings.get(incomplete[0])) ?? profile;
  const problem =
    incomplete === undefined ? 'has no credentials' : `has ${incomplete[0]}, but requires ${incomplete[1]}`;
  return profileError(at, `profile "${profile.name}" ${problem}`, chain, {
    code: incomplete === undefined && chain.length === 1 ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE',
    attempts: files.remarks,
    remedy:
      incomplete === undefined
        ? 'Add aws_access_key_id and aws_secret_access_key, role_arn, credential_process or sso_session to the profile, or use another profile.'
        : `Add ${incomplete[1]} to the profile, or use another profile.`,
  });
}
