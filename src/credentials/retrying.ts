import { wait } from '../core/async/abort.ts';
import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** How a sign-in is retried after a transient failure. */
export interface RetryOptions {
  /** Including the first attempt. */
  readonly maxAttempts: number;
  /** The first wait, in milliseconds; it doubles with each retry. */
  readonly waitMs: number;
  /** Random numbers from 0 to 1 for jitter; absent: no jitter. */
  readonly random?: () => number;
  /** By default a timer. */
  readonly wait?: Ports['wait'];
}

/** Failures that a retry may overcome. Retrying others would fail again, and could lock an account. */
const TRANSIENT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CONN_NETWORK', 'AUTH_UNAVAILABLE']);
const MAX_BACKOFF_MS = 20_000;

/** Whether a retry may succeed. */
export function isTransientFailure(error: unknown): boolean {
  return error instanceof DriverError && TRANSIENT_CODES.has(error.code);
}

/** Exponential backoff with up to 50 % jitter, so that many clients do not retry at the same time. */
export function getBackoffMs(retry: number, { waitMs, random }: RetryOptions): number {
  const backoffMs = Math.min(MAX_BACKOFF_MS, waitMs * 2 ** retry);
  return random === undefined ? backoffMs : backoffMs * (1 - random() / 2);
}

/** The same source with retries after network failures and while the service is unavailable. */
export function retrying(source: CredentialSource, retries: RetryOptions): CredentialSource {
  const waitForRetry = retries.wait ?? wait;
  return async (signal) => {
    for (let retry = 0; ; retry += 1) {
      try {
        return await source(signal);
      } catch (error) {
        if (!isTransientFailure(error) || retry + 1 >= retries.maxAttempts || signal.aborted) throw error;
      }
      await waitForRetry(getBackoffMs(retry, retries), signal);
    }
  };
}
