import { fromConnectionKeys } from '../credentials/access-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Long-term access keys of an IAM user or the root user. */
export const awsRootKeys = authScheme({
  name: 'AwsRootKeys',
  doc: 'Uses an access key and its secret key, without a role. If MFASerialNumber is set, starts a session with MFA.',
  example: 'AuthScheme=AwsRootKeys;AWSAccessKey=AKIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey'],
  uses: ['awsRoleArn', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(options) {
    if (options.awsRoleArn === undefined) return checkRoleOptions(options);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message: 'AuthScheme AwsRootKeys does not accept AWSRoleARN: the root user cannot assume roles',
    };
  },
  notice: () =>
    'AuthScheme=AwsRootKeys uses long-term access keys. AWS advises against access keys of the root user: ' +
    'use a profile, a role or temporary credentials instead.',
  source: (options, ports) => withRole(fromConnectionKeys(options), options, ports),
});
