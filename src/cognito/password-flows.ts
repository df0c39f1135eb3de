import { DriverError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { UserPool } from './pools.ts';
import { beginSrp, srpTimestamp } from './srp.ts';

type Texts = Readonly<Record<string, string>>;

/** A sign-in that has begun: what it sends, and how it answers the question for a proof, if one comes. */
interface Begun {
  readonly sends: Texts;
  readonly prove?: (asked: Texts) => Promise<Texts>;
}

/** A way to show the user pool that the password is known. */
export interface PasswordFlow {
  readonly authFlow: 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH';
  readonly begin: (pool: UserPool, password: Secret) => Promise<Begun>;
}

/** Sends the password itself, over TLS. */
export const basicFlow: PasswordFlow = {
  authFlow: 'USER_PASSWORD_AUTH',
  begin: async (_, password) => ({ sends: { PASSWORD: password.reveal() } }),
};

/** Proves the password and never sends it. */
export const srpFlow: PasswordFlow = {
  authFlow: 'USER_SRP_AUTH',
  async begin(pool, password) {
    const run = await beginSrp(pool.name);
    return {
      sends: { SRP_A: run.publicA },
      async prove(asked) {
        const challenge = {
          userId: parameter(asked, 'USER_ID_FOR_SRP'),
          salt: parameter(asked, 'SALT'),
          serverB: parameter(asked, 'SRP_B'),
          secretBlock: parameter(asked, 'SECRET_BLOCK'),
        };
        const timestamp = await srpTimestamp();
        return {
          PASSWORD_CLAIM_SECRET_BLOCK: challenge.secretBlock,
          PASSWORD_CLAIM_SIGNATURE: run.prove(challenge, password.reveal(), timestamp),
          TIMESTAMP: timestamp,
        };
      },
    };
  },
};

function parameter(asked: Texts, name: string): string {
  const value = asked[name];
  if (value !== undefined && value !== '') return value;
  throw new DriverError('AUTH_MALFORMED', `Cognito asked for a proof of the password without ${name}`);
}
