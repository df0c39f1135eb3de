import {
  COGNITO_EXAMPLE,
  COGNITO_REQUIRES,
  COGNITO_USES,
  fromCognito,
} from '../credentials/cognito-source.ts';
import { basicFlow } from '../cognito/password-flows.ts';
import { checkPoolOptions } from '../cognito/pools.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A user of a Cognito user pool, who signs in by sending the password. */
export const awsCognitoBasic = authScheme({
  name: 'AwsCognitoBasic',
  doc: 'Signs in a user of a Cognito user pool by sending the password, and gets credentials from an identity pool. AwsCognitoSrp is safer.',
  example: `AuthScheme=AwsCognitoBasic;${COGNITO_EXAMPLE}`,
  requires: COGNITO_REQUIRES,
  uses: COGNITO_USES,
  check: checkPoolOptions,
  source: (options, ports) => fromCognito(options, basicFlow, ports),
});
