import { createHmac } from 'node:crypto';
import { DriverError } from '../core/errors.ts';

/** The parameters of the challenge PASSWORD_VERIFIER. */
export interface SrpChallenge {
  readonly userId: string;
  readonly salt: string;
  readonly serverB: string;
  readonly secretBlock: string;
}

/** One exchange of Secure Remote Password, which proves the password without sending it. */
export interface SrpExchange {
  readonly publicA: string;
  /** The password claim signature; throws AUTH_MALFORMED for values that SRP does not allow. */
  prove(challenge: SrpChallenge, password: string, timestamp: string): string;
}

/** Begins an exchange. `smallA`, in hexadecimal, is for test vectors; by default it is random. */
export async function beginSrp(poolName: string, smallA?: string): Promise<SrpExchange> {
  // Loaded on demand, since few connections use Cognito.
  const [{ AuthenticationHelper }, { default: module }] = await Promise.all([
    import('amazon-cognito-identity-js'),
    import('amazon-cognito-identity-js/lib/BigInteger.js'),
  ]);
  const parseNumber = (digits: string): InstanceType<typeof module.default> => {
    if (/^[0-9a-f]{1,1024}$/i.test(digits)) return new module.default(digits, 16);
    throw new DriverError('AUTH_MALFORMED', 'Cognito returned an invalid SRP number');
  };
  const helper = new AuthenticationHelper(poolName);
  if (smallA !== undefined) {
    helper.smallAValue = parseNumber(smallA);
    helper.largeAValue = undefined;
  }
  // The helper calls its callbacks synchronously.
  let publicA = '';
  helper.getLargeAValue((_, value) => (publicA = value.toString(16)));

  function deriveKey({ userId, serverB, salt }: SrpChallenge, password: string): Uint8Array {
    const numbers = [parseNumber(serverB), parseNumber(salt)] as const;
    let key: Uint8Array | undefined;
    try {
      helper.getPasswordAuthenticationKey(userId, password, ...numbers, (_, derived) => (key = derived));
    } catch {
      key = undefined;
    }
    if (key !== undefined) return key;
    // With a multiple of the modulus, any password would be accepted.
    throw new DriverError('AUTH_MALFORMED', 'Cognito returned an SRP number that is not allowed');
  }

  return {
    publicA,
    prove(challenge, password, timestamp) {
      return createHmac('sha256', deriveKey(challenge, password))
        .update(poolName)
        .update(challenge.userId)
        .update(Buffer.from(challenge.secretBlock, 'base64'))
        .update(timestamp)
        .digest('base64');
    },
  };
}

/** The current time in the format of the user pool: English names, and no leading zero in the day. */
export async function formatSrpTimestamp(): Promise<string> {
  const { DateHelper } = await import('amazon-cognito-identity-js');
  return new DateHelper().getNowString();
}
