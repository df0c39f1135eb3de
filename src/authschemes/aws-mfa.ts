import { fromConnectionKeys } from '../credentials/access-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Access keys and an MFA code, with or without a role. */
export const awsMfa = authScheme({
  name: 'AwsMFA',
  doc: 'Starts a session with access keys and an MFA code: of the IAM user, or of AWSRoleARN if it is set. The session is saved at CredentialsLocation and reused until it expires.',
  example:
    'AuthScheme=AwsMFA;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;MFASerialNumber=arn:aws:iam::123456789012:mfa/ana;MFAToken=123456;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'mfaSerialNumber'],
  uses: ['awsSessionToken', 'awsRoleArn', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(options) {
    if (options.awsSessionToken === undefined || options.awsRoleArn !== undefined)
      return checkRoleOptions(options);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message:
        'AuthScheme AwsMFA with AWSSessionToken requires AWSRoleARN: GetSessionToken does not accept temporary credentials',
    };
  },
  source: (options, ports) => withRole(fromConnectionKeys(options), options, ports),
});
