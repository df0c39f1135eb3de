import { connectionKeys } from '../credentials/connection-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Long-lived keys of a user or of the account's root, used as they are. */
export const awsRootKeys = authScheme({
  name: 'AwsRootKeys',
  doc: 'Signs with an access key and its secret key, without a role; with MFASerialNumber, in a session that a one-time code began.',
  example: 'AuthScheme=AwsRootKeys;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey'],
  uses: ['awsRoleArn', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(given) {
    if (given.awsRoleArn === undefined) return roleProblem(given);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message: 'AuthScheme AwsRootKeys does not go with AWSRoleARN: root keys may not assume roles',
    };
  },
  notice: () =>
    'AuthScheme=AwsRootKeys signs with keys that never expire. AWS advises against keys of the root user: ' +
    'prefer a profile, a role or temporary keys.',
  source: (given, ports) => withRole(connectionKeys(given), given, ports),
});
