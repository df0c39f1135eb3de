import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type Problem } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { type RoleOptions, roleProblem } from '../credentials/role-options.ts';
import { type Profile, type ProfileFiles, profileNamed, readProfileFiles } from './profile-files.ts';
import { type ProfileContext, type ProfileSourceOptions, profileError } from './profile-kind.ts';
import { sourceOfProfile } from './profile-kinds.ts';
import { namedSources } from './role-credentials.ts';

/** Credentials of the chosen profile; the files are read again at each call, so that new keys are seen. */
export function profileSource(options: ProfileSourceOptions, ports: Ports): CredentialSource {
  const named = namedSources(options, ports);
  return async (signal) => {
    const files = await readProfileFiles(options, ports);
    if (options.explicit.has('awsCredentialsFile') && !files.found.credentials) {
      throw new DriverError('AUTH_PROFILE', `AWSCredentialsFile: there is no file ${files.credentialsFile}`);
    }
    const profile = profileNamed(options.awsCredentialsFileProfile, files);
    return sourcesIn(files, named, options, ports)(profile, [profile.name])(signal);
  };
}

/** The sources of the files' profiles. All that can be said against a profile without asking anybody is said at once. */
export function sourcesIn(
  files: ProfileFiles,
  named: ProfileContext['named'],
  options: ProfileSourceOptions,
  ports: Ports,
): ProfileContext['sourceOf'] {
  const sourceOf: ProfileContext['sourceOf'] = (profile, chain) => {
    const source = sourceOfProfile(profile, { files, options, ports, chain, named, sourceOf });
    if (source !== undefined) return source;
    throw withoutCredentials(profile, chain, files);
  };
  return sourceOf;
}

/** What is wrong with a role or a code on top of a profile; the code may be for the device that the profile names. */
export function profileProblem({ mfaToken, ...given }: RoleOptions): Problem | undefined {
  const isOurs = given.mfaSerialNumber !== undefined && mfaToken !== undefined;
  return roleProblem(isOurs ? { ...given, mfaToken } : given);
}

/** Keys that give nothing by themselves, and what each lacks. */
const HALVES: readonly (readonly [key: string, lacks: string])[] = [
  ['source_profile', 'role_arn'],
  ['credential_source', 'role_arn'],
  ['sso_session', 'sso_account_id and sso_role_name'],
  ['sso_start_url', 'sso_account_id and sso_role_name'],
];

function withoutCredentials(profile: Profile, chain: readonly string[], files: ProfileFiles): DriverError {
  const half = HALVES.find(([key]) => profile.settings.has(key));
  const at = (half && profile.settings.get(half[0])) ?? profile;
  const lacks = half === undefined ? 'has no credentials' : `has ${half[0]} but no ${half[1]}`;
  return profileError(at, `profile "${profile.name}" ${lacks}`, chain, {
    code: half === undefined && chain.length === 1 ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE',
    attempts: files.remarks,
    remedy:
      half === undefined
        ? 'Add aws_access_key_id and aws_secret_access_key, role_arn, credential_process or sso_session to the profile, or name another one.'
        : `Add ${half[1]} to the profile, or name another one.`,
  });
}
