import type { Options } from '../connstring/properties.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { type Attempt, DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { fromEnvironment } from '../credentials/access-keys.ts';
import { fromContainerMetadata } from '../aws/metadata/container-credentials.ts';
import { fromInstanceMetadata } from '../aws/metadata/instance-credentials.ts';
import {
  INSTANCE_OPTIONS,
  type InstanceOptions,
  resolveInstanceSettings,
} from '../profiles/instance-settings.ts';
import { WEB_IDENTITY_OPTIONS, fromWebIdentity } from '../credentials/web-identity.ts';
import { PROFILE_OPTIONS } from '../profiles/profile-files.ts';
import { PROFILE_SOURCE_OPTIONS, type ProfileSourceOptions } from '../profiles/profile-kind.ts';
import { checkProfileOptions, fromProfile } from '../profiles/profile-source.ts';
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

/** Chooses a scheme by the properties that are set, else uses the default credential provider chain. */
export const auto = authScheme({
  name: 'Auto',
  doc:
    'Chooses a scheme by the properties that are set: TemporaryCredentials for access keys with a session token, ' +
    'AwsIAMRoles for access keys with a role, AwsRootKeys for other access keys, AwsWebIdentity for a web identity token, ' +
    'and AwsCredentialsFile for a profile or file. Otherwise uses the first credentials found in the environment (access ' +
    'keys, then a web identity), the profile, the container and the EC2 instance. If AWSRoleARN is set, assumes that role ' +
    'with them.',
  example: 'AWSRegion=Ireland',
  requires: [],
  uses: USES,
  choose({ explicit }) {
    if (explicit.has('awsAccessKey') || explicit.has('awsSecretKey')) {
      if (explicit.has('awsSessionToken')) return 'TemporaryCredentials';
      return explicit.has('awsRoleArn') ? 'AwsIAMRoles' : 'AwsRootKeys';
    }
    if (explicit.has('awsSessionToken')) return 'TemporaryCredentials';
    if (explicit.has('awsWebIdentityToken') || explicit.has('awsWebIdentityTokenFile'))
      return 'AwsWebIdentity';
    return PROFILE_OPTIONS.some((name) => explicit.has(name)) ? 'AwsCredentialsFile' : undefined;
  },
  check: checkProfileOptions,
  source: (options, ports) =>
    withRole(createProviderChain(listDefaultProviders(options, ports)), options, ports),
});

/** One source of the credential provider chain. */
interface ChainProvider {
  readonly name: string;
  readonly source: CredentialSource;
  /** Failures that mean that there are no credentials here, rather than invalid ones. */
  readonly absentCodes?: readonly ErrorCode[];
}

type ChainOptions = ProfileSourceOptions &
  InstanceOptions &
  Pick<Options, (typeof WEB_IDENTITY_OPTIONS)[number]>;

/** The default credential providers, in the order of the AWS CLI and SDKs. */
function listDefaultProviders(options: ChainOptions, ports: Ports): readonly ChainProvider[] {
  return [
    { name: 'environment', source: fromEnvironment(ports) },
    { name: 'web identity in the environment', source: fromWebIdentityEnvironment(options, ports) },
    { name: `profile "${options.awsCredentialsFileProfile}"`, source: fromProfile(options, ports) },
    { name: 'container', source: fromContainerMetadata(ports) },
    {
      name: 'EC2 instance',
      source: fromInstanceMetadata(() => resolveInstanceSettings(options, ports), ports),
      absentCodes: ['AUTH_NO_CREDENTIALS', 'CONN_NETWORK'],
    },
  ];
}

/** The web identity in the environment. AWSRoleARN is not part of it: that role is assumed afterwards. */
function fromWebIdentityEnvironment(options: ChainOptions, ports: Ports): CredentialSource {
  const variables = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];
  const { awsRoleArn: _, ...rest } = options;
  const source = fromWebIdentity(rest, ports);
  return async (signal) => {
    if (variables.every((variable) => ports.env(variable) === undefined)) {
      throw new DriverError('AUTH_NO_CREDENTIALS', `${variables.join(' and ')} are not set`);
    }
    return source(signal);
  };
}

/**
 * Uses the first provider that has credentials; the error lists why each has none. Invalid credentials are an error: the
 * next provider could sign in with a different identity.
 */
function createProviderChain(providers: readonly ChainProvider[]): CredentialSource {
  return async (signal) => {
    const attempts: Attempt[] = [];
    for (const { name, source, absentCodes = ['AUTH_NO_CREDENTIALS'] } of providers) {
      signal.throwIfAborted();
      try {
        return await source(signal);
      } catch (error) {
        if (!(error instanceof DriverError) || !absentCodes.includes(error.code)) throw error;
        attempts.push({ what: name, why: error.message });
      }
    }
    const tried = attempts.map(({ what, why }) => `${what}: ${why}`).join('; ');
    throw new DriverError('AUTH_NO_CREDENTIALS', `Unable to locate credentials (${tried})`, { attempts });
  };
}
