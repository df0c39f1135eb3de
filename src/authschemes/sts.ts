import type { Credentials } from '../core/credentials.ts';
import { maskKeyId } from '../core/credentials.ts';
import { DriverError, type ErrorCode, messageOf } from '../core/errors.ts';

/** Where and with what to call STS. */
export interface StsCall {
  readonly credentials: Credentials;
  readonly region: string;
  /** In place of the Region's own address. */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The longest that the call may take, repetitions included. */
  readonly timeoutMs?: number;
}

/** Whom credentials belong to. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Asks STS whom the credentials belong to. Needs no permission. */
export async function getCallerIdentity(call: StsCall): Promise<CallerIdentity> {
  // Loaded when needed: most connections never call STS.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({
    region: call.region,
    credentials: { ...call.credentials },
    maxAttempts: 3,
    ...(call.endpoint === undefined ? {} : { endpoint: call.endpoint }),
  });
  const timeout = AbortSignal.timeout(call.timeoutMs ?? 10_000);
  const abortSignal = call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
  try {
    const answer = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
    const { Account: account, Arn: arn, UserId: userId } = answer;
    if (account === undefined || arn === undefined || userId === undefined) {
      throw new DriverError('AUTH_REFUSED', 'STS answered GetCallerIdentity without an account');
    }
    return { account, arn, userId };
  } catch (error) {
    if (call.signal?.aborted) {
      throw new DriverError('EXEC_CANCELLED', 'The call of STS was cancelled', { cause: call.signal.reason });
    }
    throw stsError('GetCallerIdentity', error, call);
  } finally {
    client.destroy();
  }
}

interface Meaning {
  readonly code: ErrorCode;
  readonly message: (keyId: string) => string;
}

/** What STS's error codes mean for the person who signs in. Its own texts may quote the signed request. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [
    'InvalidClientTokenId',
    {
      code: 'AUTH_REFUSED',
      message: (id) =>
        `AWS does not know the access key ${id}: it was deleted, is inactive, or is of another partition`,
    },
  ],
  [
    'SignatureDoesNotMatch',
    { code: 'AUTH_REFUSED', message: (id) => `The secret key does not match the access key ${id}` },
  ],
  ['ExpiredToken', { code: 'AUTH_EXPIRED', message: () => 'The session token has expired' }],
  ['ExpiredTokenException', { code: 'AUTH_EXPIRED', message: () => 'The session token has expired' }],
  [
    'RequestExpired',
    {
      code: 'AUTH_REFUSED',
      message: () => 'AWS found the request too old: the clock of this machine is wrong',
    },
  ],
  [
    'AccessDenied',
    { code: 'AUTH_DENIED', message: (id) => `A policy forbids the access key ${id} to call STS` },
  ],
  [
    'RegionDisabledException',
    { code: 'AUTH_REFUSED', message: () => 'STS is not enabled in this Region for the account' },
  ],
]);

/** An error of STS as the driver tells it. */
function stsError(operation: string, error: unknown, call: StsCall): DriverError {
  if (error instanceof DriverError) return error;
  const name = error instanceof Error ? error.name : 'Error';
  const meaning = MEANINGS.get(name);
  if (meaning !== undefined) {
    const message = meaning.message(maskKeyId(call.credentials.accessKeyId));
    return new DriverError(meaning.code, `${message} (STS ${operation}: ${name})`);
  }
  if (hasStatus(error)) return new DriverError('AUTH_REFUSED', `STS refused ${operation}: ${name}`);
  const where = call.endpoint ?? `STS in ${call.region}`;
  return new DriverError('CONN_NETWORK', `${where} could not be reached: ${messageOf(error)}`, {
    cause: error,
  });
}

/** Whether there was an HTTP answer at all. */
function hasStatus(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const metadata = error.$metadata;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
}
