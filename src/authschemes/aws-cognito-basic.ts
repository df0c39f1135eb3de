import {
  COGNITO_EXAMPLE,
  COGNITO_REQUIRES,
  COGNITO_USES,
  cognitoSource,
} from '../credentials/cognito-source.ts';
import { basicFlow } from '../cognito/password-flows.ts';
import { poolProblem } from '../cognito/pools.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A user of a Cognito user pool, whose password is sent. */
export const awsCognitoBasic = authScheme({
  name: 'AwsCognitoBasic',
  doc: 'Signs a user of a Cognito user pool in with the password itself, and gets credentials from the identity pool; AwsCognitoSrp is safer.',
  example: `AuthScheme=AwsCognitoBasic;${COGNITO_EXAMPLE}`,
  requires: COGNITO_REQUIRES,
  uses: COGNITO_USES,
  check: poolProblem,
  source: (given, ports) => cognitoSource(given, basicFlow, ports),
});
