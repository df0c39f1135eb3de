import { createHmac } from 'node:crypto';
import { DriverError } from '../core/errors.ts';

/** What the user pool sends so that the password can be proved. */
export interface SrpChallenge {
  readonly userId: string;
  readonly salt: string;
  readonly serverB: string;
  readonly secretBlock: string;
}

/** One run of Secure Remote Password: it shows `publicA` and proves the password without sending it. */
export interface SrpRun {
  readonly publicA: string;
  /** The signature that the user pool can check only with the right password. */
  prove(challenge: SrpChallenge, password: string, timestamp: string): string;
}

/** Begins a run. `smallA`, in hexadecimal digits, is for published vectors: without it, it is drawn at random. */
export async function beginSrp(poolName: string, smallA?: string): Promise<SrpRun> {
  // Loaded when needed: few connections use Cognito.
  const [{ AuthenticationHelper }, { default: module }] = await Promise.all([
    import('amazon-cognito-identity-js'),
    import('amazon-cognito-identity-js/lib/BigInteger.js'),
  ]);
  const numberOf = (digits: string): InstanceType<typeof module.default> => {
    if (/^[0-9a-f]{1,1024}$/i.test(digits)) return new module.default(digits, 16);
    throw new DriverError('AUTH_MALFORMED', 'Cognito sent something other than a number for SRP');
  };
  const helper = new AuthenticationHelper(poolName);
  if (smallA !== undefined) {
    helper.smallAValue = numberOf(smallA);
    helper.largeAValue = undefined;
  }
  // Its callbacks are called at once.
  let publicA = '';
  helper.getLargeAValue((_, value) => (publicA = value.toString(16)));

  function keyFor({ userId, serverB, salt }: SrpChallenge, password: string): Uint8Array {
    const given = [numberOf(serverB), numberOf(salt)] as const;
    let key: Uint8Array | undefined;
    try {
      helper.getPasswordAuthenticationKey(userId, password, ...given, (_, derived) => (key = derived));
    } catch {
      key = undefined;
    }
    if (key !== undefined) return key;
    // With such a number anybody's password would do.
    throw new DriverError('AUTH_MALFORMED', 'Cognito sent a number that SRP forbids');
  }

  return {
    publicA,
    prove(challenge, password, timestamp) {
      return createHmac('sha256', keyFor(challenge, password))
        .update(poolName)
        .update(challenge.userId)
        .update(Buffer.from(challenge.secretBlock, 'base64'))
        .update(timestamp)
        .digest('base64');
    },
  };
}

/** The time as the user pool wants it, in English and without a zero before the day. */
export async function srpTimestamp(): Promise<string> {
  const { DateHelper } = await import('amazon-cognito-identity-js');
  return new DateHelper().getNowString();
}
