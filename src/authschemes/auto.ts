import type { CredentialSource } from '../core/credentials.ts';
import { type Attempt, DriverError, messageOf } from '../core/errors.ts';
import { environmentKeys } from './environment-keys.ts';
import { PROFILE_OPTIONS } from './profiles/profile-files.ts';
import { PROFILE_SOURCE_OPTIONS } from './profiles/profile-kind.ts';
import { profileSource } from './profiles/profile-source.ts';
import { authScheme } from './scheme.ts';

/** Takes what the other properties give; without any, what the environment and the default profile have. */
export const auto = authScheme({
  name: 'Auto',
  doc:
    'Chooses by what was given: keys with a token are TemporaryCredentials, keys with a role AwsIAMRoles, other keys ' +
    'AwsRootKeys, a profile or file AwsCredentialsFile. Otherwise: keys of the environment, then the default profile.',
  example: 'AWSRegion=Ireland',
  requires: [],
  uses: ['awsAccessKey', 'awsSecretKey', 'awsSessionToken', 'awsRoleArn', ...PROFILE_SOURCE_OPTIONS],
  choose({ given }) {
    if (given.has('awsAccessKey') || given.has('awsSecretKey')) {
      if (given.has('awsSessionToken')) return 'TemporaryCredentials';
      return given.has('awsRoleArn') ? 'AwsIAMRoles' : 'AwsRootKeys';
    }
    if (given.has('awsSessionToken')) return 'TemporaryCredentials';
    return PROFILE_OPTIONS.some((name) => given.has(name)) ? 'AwsCredentialsFile' : undefined;
  },
  check: ({ given }) =>
    given.has('awsRoleArn')
      ? {
          code: 'AUTH_NOT_SUPPORTED',
          message: 'AuthScheme Auto does not take AWSRoleARN without keys in this version',
        }
      : undefined,
  source(given, ports) {
    return firstOf([
      { what: 'environment', source: environmentKeys(ports) },
      { what: `profile "${given.awsCredentialsFileProfile}"`, source: profileSource(given, ports) },
    ]);
  },
});

interface Candidate {
  readonly what: string;
  readonly source: CredentialSource;
}

/** The first source that has credentials; an error that tells why each had none. */
export function firstOf(candidates: readonly Candidate[]): CredentialSource {
  return async (signal) => {
    const attempts: Attempt[] = [];
    for (const { what, source } of candidates) {
      signal.throwIfAborted();
      try {
        return await source(signal);
      } catch (error) {
        attempts.push({ what, why: messageOf(error) });
      }
    }
    const tried = attempts.map(({ what, why }) => `${what}: ${why}`).join('; ');
    throw new DriverError('AUTH_NO_CREDENTIALS', `No AWS credentials were found (${tried})`, { attempts });
  };
}
