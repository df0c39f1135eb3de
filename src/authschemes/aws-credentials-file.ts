import { PROFILE_SOURCE_OPTIONS } from '../profiles/profile-kind.ts';
import { checkProfileOptions, fromProfile } from '../profiles/profile-source.ts';
import { MFA_OPTIONS, ROLE_OPTIONS } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

const USES = [
  ...new Set([
    ...PROFILE_SOURCE_OPTIONS,
    ...ROLE_OPTIONS,
    ...MFA_OPTIONS,
    'awsRoleArn',
    'mfaSerialNumber',
  ] as const),
];

/** A profile of the AWS credentials and config files, resolved as by the AWS CLI. */
export const awsCredentialsFile = authScheme({
  name: 'AwsCredentialsFile',
  doc:
    'Uses a profile of the AWS credentials and config files: access keys, a role with a source profile, an external ' +
    'process, a web identity or IAM Identity Center. If AWSRoleARN or MFASerialNumber is set, starts a session of that ' +
    'role or with MFA.',
  example:
    'AuthScheme=AwsCredentialsFile;AWSCredentialsFile=~/.aws/credentials;AWSCredentialsFileProfile=work;AWSRegion=Ireland',
  requires: [],
  uses: USES,
  check: checkProfileOptions,
  source: (options, ports) => withRole(fromProfile(options, ports), options, ports),
});
