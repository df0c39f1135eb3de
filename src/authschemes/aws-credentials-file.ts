import { PROFILE_SOURCE_OPTIONS } from '../profiles/profile-kind.ts';
import { profileProblem, profileSource } from '../profiles/profile-source.ts';
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

/** What a profile of the AWS credentials and config files gives, as it gives it to the AWS command line. */
export const awsCredentialsFile = authScheme({
  name: 'AwsCredentialsFile',
  doc:
    'Signs in as a profile of the AWS credentials and config files says: with keys, with a role on top of another ' +
    'profile, with what a program prints, with a web identity or by way of IAM Identity Center. AWSRoleARN and ' +
    'MFASerialNumber add a role or a one-time code to that.',
  example:
    'AuthScheme=AwsCredentialsFile;AWSCredentialsFile=~/.aws/credentials;AWSCredentialsFileProfile=work;AWSRegion=Ireland',
  requires: [],
  uses: USES,
  check: profileProblem,
  source: (given, ports) => withRole(profileSource(given, ports), given, ports),
});
