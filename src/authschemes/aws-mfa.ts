import { connectionKeys } from '../credentials/connection-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Keys and a one-time code, with a role or without. */
export const awsMfa = authScheme({
  name: 'AwsMFA',
  doc: 'Signs with keys and a one-time code: a session of the user, or of AWSRoleARN where it is given. The session is kept at CredentialsLocation and used again until it ends.',
  example:
    'AuthScheme=AwsMFA;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;MFASerialNumber=arn:aws:iam::123456789012:mfa/ana;MFAToken=123456;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'mfaSerialNumber'],
  uses: ['awsSessionToken', 'awsRoleArn', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(given) {
    if (given.awsSessionToken === undefined || given.awsRoleArn !== undefined) return roleProblem(given);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message:
        'AuthScheme AwsMFA with AWSSessionToken needs AWSRoleARN: STS begins no session with the keys of another session',
    };
  },
  source: (given, ports) => withRole(connectionKeys(given), given, ports),
});
