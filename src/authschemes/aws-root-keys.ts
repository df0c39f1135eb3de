import { authScheme } from './scheme.ts';

/** Long-lived keys of a user or of the account's root, used as they are. */
export const awsRootKeys = authScheme({
  name: 'AwsRootKeys',
  doc: 'Signs with an access key and its secret key as they are, without a role.',
  requires: ['awsAccessKey', 'awsSecretKey'],
  uses: ['awsRoleArn', 'mfaSerialNumber', 'mfaToken'],
  check(given) {
    if (given.awsRoleArn !== undefined) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message: 'AuthScheme AwsRootKeys does not go with AWSRoleARN: root keys may not assume roles',
      };
    }
    if (given.mfaSerialNumber !== undefined || given.mfaToken !== undefined) {
      return {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'AuthScheme AwsRootKeys does not take MFASerialNumber and MFAToken in this version',
      };
    }
    return undefined;
  },
  notice: () =>
    'AuthScheme=AwsRootKeys signs with keys that never expire. AWS advises against keys of the root user: ' +
    'prefer a profile, a role or temporary keys.',
  source: (given) => async () => ({
    accessKeyId: given.awsAccessKey,
    secretAccessKey: given.awsSecretKey.reveal(),
    origin: 'AWSAccessKey and AWSSecretKey of the connection',
  }),
});
