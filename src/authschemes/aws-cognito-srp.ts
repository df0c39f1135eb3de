import {
  COGNITO_EXAMPLE,
  COGNITO_REQUIRES,
  COGNITO_USES,
  fromCognito,
} from '../credentials/cognito-source.ts';
import { srpFlow } from '../cognito/password-flows.ts';
import { checkPoolOptions } from '../cognito/pools.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A user of a Cognito user pool, who signs in with Secure Remote Password. */
export const awsCognitoSrp = authScheme({
  name: 'AwsCognitoSrp',
  doc: 'Signs in a user of a Cognito user pool with Secure Remote Password (SRP), which does not send the password, and gets credentials from an identity pool.',
  example: `AuthScheme=AwsCognitoSrp;${COGNITO_EXAMPLE}`,
  requires: COGNITO_REQUIRES,
  uses: COGNITO_USES,
  check: checkPoolOptions,
  source: (options, ports) => fromCognito(options, srpFlow, ports),
});
