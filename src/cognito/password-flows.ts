import { DriverError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { CognitoParameters } from './challenges.ts';
import type { UserPool } from './pools.ts';
import { beginSrp, formatSrpTimestamp } from './srp.ts';

/** The parameters of InitiateAuth, and the response to the challenge PASSWORD_VERIFIER if the flow has one. */
interface FlowStart {
  readonly parameters: CognitoParameters;
  readonly verifyPassword?: (challenge: CognitoParameters) => Promise<CognitoParameters>;
}

/** How the password is verified by the user pool. */
export interface PasswordFlow {
  readonly authFlow: 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH';
  readonly begin: (pool: UserPool, password: Secret) => Promise<FlowStart>;
}

/** Sends the password itself, over TLS. */
export const basicFlow: PasswordFlow = {
  authFlow: 'USER_PASSWORD_AUTH',
  begin: async (_, password) => ({ parameters: { PASSWORD: password.reveal() } }),
};

/** Proves knowledge of the password with Secure Remote Password, without sending it. */
export const srpFlow: PasswordFlow = {
  authFlow: 'USER_SRP_AUTH',
  async begin(pool, password) {
    const exchange = await beginSrp(pool.name);
    return {
      parameters: { SRP_A: exchange.publicA },
      async verifyPassword(parameters) {
        const challenge = {
          userId: requireParameter(parameters, 'USER_ID_FOR_SRP'),
          salt: requireParameter(parameters, 'SALT'),
          serverB: requireParameter(parameters, 'SRP_B'),
          secretBlock: requireParameter(parameters, 'SECRET_BLOCK'),
        };
        const timestamp = await formatSrpTimestamp();
        return {
          PASSWORD_CLAIM_SECRET_BLOCK: challenge.secretBlock,
          PASSWORD_CLAIM_SIGNATURE: exchange.prove(challenge, password.reveal(), timestamp),
          TIMESTAMP: timestamp,
        };
      },
    };
  },
};

function requireParameter(parameters: CognitoParameters, name: string): string {
  const value = parameters[name];
  if (value !== undefined && value !== '') return value;
  throw new DriverError('AUTH_MALFORMED', `Cognito returned the challenge PASSWORD_VERIFIER without ${name}`);
}
