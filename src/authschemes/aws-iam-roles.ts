import { connectionKeys } from '../credentials/connection-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A role, assumed with the keys of a user. */
export const awsIamRoles = authScheme({
  name: 'AwsIAMRoles',
  doc: 'Assumes a role with the keys of an IAM user, and again before its credentials expire; with MFASerialNumber, with a one-time code.',
  example:
    'AuthScheme=AwsIAMRoles;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSExternalId=partner-7;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'awsRoleArn'],
  uses: ['awsSessionToken', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check: (given) => roleProblem(given),
  source: (given, ports) => withRole(connectionKeys(given), given, ports),
});
