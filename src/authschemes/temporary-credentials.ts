import { connectionKeys } from '../credentials/connection-keys.ts';
import { MFA_OPTIONS, ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** Keys of a session that somebody else began, used until they expire. */
export const temporaryCredentials = authScheme({
  name: 'TemporaryCredentials',
  doc: 'Signs with a temporary access key, its secret key and its session token, as STS hands them out; with AWSRoleARN, as that role.',
  example:
    'AuthScheme=TemporaryCredentials;AWSAccessKey=ASIAIOSFODNN7EXAMPLE;AWSSecretKey=…;AWSSessionToken=…;AWSRegion=Ireland',
  requires: ['awsAccessKey', 'awsSecretKey', 'awsSessionToken'],
  uses: ['awsRoleArn', 'mfaSerialNumber', ...MFA_OPTIONS, ...ROLE_OPTIONS],
  check(given) {
    const wantsMfa = given.mfaSerialNumber !== undefined || given.mfaToken !== undefined;
    if (!wantsMfa || given.awsRoleArn !== undefined) return roleProblem(given);
    return {
      code: 'AUTH_CONFLICTING_PROPERTY',
      message:
        'AuthScheme TemporaryCredentials takes MFASerialNumber and MFAToken together with AWSRoleARN only: ' +
        'STS begins no session with the keys of another session',
    };
  },
  source: (given, ports) => withRole(connectionKeys(given), given, ports),
});
