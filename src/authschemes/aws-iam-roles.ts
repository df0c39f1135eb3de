import { fromConnectionKeys } from '../credentials/access-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A role, assumed with the access keys of an IAM user. */
export const awsIamRoles = authScheme({
  name: 'AwsIAMRoles',
  doc: 'Assumes a role with the access keys of an IAM user, and renews its credentials before they expire. If MFASerialNumber is set, uses MFA.',
  example:
    'AuthScheme=AwsIAMRoles;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSExternalId=partner-7;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'awsRoleArn'],
  uses: ['awsSessionToken', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check: (options) => checkRoleOptions(options),
  source: (options, ports) => withRole(fromConnectionKeys(options), options, ports),
});
