import { authScheme } from './scheme.ts';

/** Keys of a session that somebody else began, used until they expire. */
export const temporaryCredentials = authScheme({
  name: 'TemporaryCredentials',
  doc: 'Signs with a temporary access key, its secret key and its session token, as STS hands them out.',
  requires: ['awsAccessKey', 'awsSecretKey', 'awsSessionToken'],
  uses: ['awsRoleArn', 'mfaSerialNumber', 'mfaToken'],
  check(given) {
    if (given.awsRoleArn !== undefined) {
      return {
        code: 'AUTH_NOT_SUPPORTED',
        message: 'AuthScheme TemporaryCredentials does not take AWSRoleARN in this version',
      };
    }
    if (given.mfaSerialNumber !== undefined || given.mfaToken !== undefined) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message:
          'AuthScheme TemporaryCredentials does not go with MFASerialNumber and MFAToken: ' +
          'STS takes no one-time code with temporary keys',
      };
    }
    return undefined;
  },
  source: (given) => async () => ({
    accessKeyId: given.awsAccessKey,
    secretAccessKey: given.awsSecretKey.reveal(),
    sessionToken: given.awsSessionToken.reveal(),
    origin: 'AWSAccessKey, AWSSecretKey and AWSSessionToken of the connection',
  }),
});
