import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { type Attempt, DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { environmentKeys } from '../credentials/environment-keys.ts';
import { containerCredentials } from '../aws/metadata/container-credentials.ts';
import { instanceCredentials } from '../aws/metadata/instance-credentials.ts';
import { INSTANCE_OPTIONS, type InstanceOptions, instanceSettings } from '../profiles/instance-settings.ts';
import { WEB_IDENTITY_OPTIONS, webIdentity } from '../credentials/web-identity.ts';
import { PROFILE_OPTIONS } from '../profiles/profile-files.ts';
import { PROFILE_SOURCE_OPTIONS, type ProfileSourceOptions } from '../profiles/profile-kind.ts';
import { profileProblem, profileSource } from '../profiles/profile-source.ts';
import { MFA_OPTIONS, ROLE_OPTIONS } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

const USES = [
  ...new Set([
    'awsAccessKey',
    'awsSecretKey',
    'awsSessionToken',
    'awsRoleArn',
    'mfaSerialNumber',
    ...MFA_OPTIONS,
    ...ROLE_OPTIONS,
    ...PROFILE_SOURCE_OPTIONS,
    ...WEB_IDENTITY_OPTIONS,
    ...INSTANCE_OPTIONS,
  ] as const),
];

/** Takes what the other properties give; without any, what this machine has for every AWS program. */
export const auto = authScheme({
  name: 'Auto',
  doc:
    'Chooses by what was given: keys with a token are TemporaryCredentials, keys with a role AwsIAMRoles, other keys ' +
    'AwsRootKeys, a token of a web identity AwsWebIdentity, a profile or file AwsCredentialsFile. Otherwise it looks at ' +
    "the environment's keys, its web identity, the profile, the container and the EC2 instance, in this order, and takes " +
    'the first that has credentials; with AWSRoleARN, it then assumes that role.',
  example: 'AWSRegion=Ireland',
  requires: [],
  uses: USES,
  choose({ explicit }) {
    if (explicit.has('awsAccessKey') || explicit.has('awsSecretKey')) {
      if (explicit.has('awsSessionToken')) return 'TemporaryCredentials';
      return explicit.has('awsRoleArn') ? 'AwsIAMRoles' : 'AwsRootKeys';
    }
    if (explicit.has('awsSessionToken')) return 'TemporaryCredentials';
    if (explicit.has('awsWebIdentityToken') || explicit.has('awsWebIdentityTokenFile')) return 'AwsWebIdentity';
    return PROFILE_OPTIONS.some((name) => explicit.has(name)) ? 'AwsCredentialsFile' : undefined;
  },
  check: profileProblem,
  source: (given, ports) => withRole(firstOf(machineSources(given, ports)), given, ports),
});

/** One place to look for credentials. */
export interface Candidate {
  readonly what: string;
  readonly source: CredentialSource;
  /** Failures which say that there is nothing here, rather than that what is here is wrong. */
  readonly nothing?: readonly ErrorCode[];
}

type MachineOptions = ProfileSourceOptions &
  InstanceOptions &
  Pick<Options, (typeof WEB_IDENTITY_OPTIONS)[number]>;

/** Where this machine may have credentials for every AWS program, in the order of the AWS tools. */
function machineSources(given: MachineOptions, ports: Ports): readonly Candidate[] {
  return [
    { what: 'environment', source: environmentKeys(ports) },
    { what: 'web identity of the environment', source: podIdentity(given, ports) },
    { what: `profile "${given.awsCredentialsFileProfile}"`, source: profileSource(given, ports) },
    { what: 'container', source: containerCredentials(ports) },
    {
      what: 'EC2 instance',
      source: instanceCredentials(() => instanceSettings(given, ports), ports),
      nothing: ['AUTH_NO_CREDENTIALS', 'CONN_NETWORK'],
    },
  ];
}

/** The web identity of a pod. AWSRoleARN of the connection is no half of it: that role comes on top. */
function podIdentity(given: MachineOptions, ports: Ports): CredentialSource {
  const variables = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];
  const { awsRoleArn: _, ...own } = given;
  const source = webIdentity(own, ports);
  return async (signal) => {
    if (variables.every((variable) => ports.env(variable) === undefined)) {
      throw new DriverError('AUTH_NO_CREDENTIALS', `${variables.join(' and ')} not set`);
    }
    return source(signal);
  };
}

/**
 * The first source that has credentials; an error that tells why each had none. Credentials that are there but wrong end
 * the search: what comes after them may belong to somebody else.
 */
export function firstOf(candidates: readonly Candidate[]): CredentialSource {
  return async (signal) => {
    const attempts: Attempt[] = [];
    for (const { what, source, nothing = ['AUTH_NO_CREDENTIALS'] } of candidates) {
      signal.throwIfAborted();
      try {
        return await source(signal);
      } catch (error) {
        if (!(error instanceof DriverError) || !nothing.includes(error.code)) throw error;
        attempts.push({ what, why: error.message });
      }
    }
    const tried = attempts.map(({ what, why }) => `${what}: ${why}`).join('; ');
    throw new DriverError('AUTH_NO_CREDENTIALS', `No AWS credentials were found (${tried})`, { attempts });
  };
}
