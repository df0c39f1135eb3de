import type { CredentialSource } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import { type ProfileOptions, profileNamed, readProfileFiles } from './profile-files.ts';
import { sourceOfProfile } from './profile-kinds.ts';

/** Credentials of the chosen profile; the files are read again at each call, so that new keys are seen. */
export function profileSource(options: ProfileOptions, ports: Ports): CredentialSource {
  return async (signal) => {
    const files = await readProfileFiles(options, ports);
    if (options.given.has('awsCredentialsFile') && !files.found.credentials) {
      throw new DriverError('AUTH_PROFILE', `AWSCredentialsFile: there is no file ${files.credentialsFile}`);
    }
    const profile = profileNamed(options.awsCredentialsFileProfile, files);
    const source = sourceOfProfile(profile);
    if (source === undefined) {
      throw new DriverError(
        'AUTH_PROFILE',
        `${profile.place}: profile "${profile.name}" has no credentials`,
        {
          attempts: files.remarks,
          remedy: 'Add aws_access_key_id and aws_secret_access_key to the profile, or name another one.',
        },
      );
    }
    return source(signal);
  };
}
