import {
  COGNITO_EXAMPLE,
  COGNITO_REQUIRES,
  COGNITO_USES,
  cognitoSource,
} from '../credentials/cognito-source.ts';
import { srpFlow } from '../cognito/password-flows.ts';
import { poolProblem } from '../cognito/pools.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A user of a Cognito user pool, whose password is proved and never sent. */
export const awsCognitoSrp = authScheme({
  name: 'AwsCognitoSrp',
  doc: 'Signs a user of a Cognito user pool in without sending the password, and gets credentials from the identity pool.',
  example: `AuthScheme=AwsCognitoSrp;${COGNITO_EXAMPLE}`,
  requires: COGNITO_REQUIRES,
  uses: COGNITO_USES,
  check: poolProblem,
  source: (given, ports) => cognitoSource(given, srpFlow, ports),
});
