import { fromConnectionKeys } from '../credentials/access-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Temporary credentials of a session that was started elsewhere, used until they expire. */
export const temporaryCredentials = authScheme({
  name: 'TemporaryCredentials',
  doc: 'Uses a temporary access key, its secret key and its session token from STS. If AWSRoleARN is set, assumes that role with them.',
  example:
    'AuthScheme=TemporaryCredentials;AWSAccessKey=ASIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSSessionToken=…;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'awsSessionToken'],
  uses: ['awsRoleArn', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(options) {
    const hasMfa = options.mfaSerialNumber !== undefined || options.mfaToken !== undefined;
    if (!hasMfa || options.awsRoleArn !== undefined) return checkRoleOptions(options);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message:
        'AuthScheme TemporaryCredentials with MFASerialNumber or MFAToken requires AWSRoleARN: ' +
        'GetSessionToken does not accept temporary credentials',
    };
  },
  source: (options, ports) => withRole(fromConnectionKeys(options), options, ports),
});
