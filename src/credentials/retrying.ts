import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialSource } from '../core/credentials.ts';
import { DriverError, type ErrorCode } from '../core/errors.ts';

/** How a sign-in that failed for the moment is tried again. */
export interface Retries {
  /** The first try counts. */
  readonly maxAttempts: number;
  /** What the first wait is drawn from; it doubles with each. */
  readonly waitMs: number;
  /** A number from 0 to 1 that waits are varied with; absent: they are not. */
  readonly random?: () => number;
}

/** Failures that may be gone in a moment. Everything else would fail again, and lock an account in the end. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CONN_NETWORK', 'AUTH_UNAVAILABLE']);
const LONGEST_WAIT_MS = 20_000;

/** Whether a failure may be gone in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof DriverError && PASSING.has(error.code);
}

/** A wait that doubles each time and of which up to half is chance, so that many do not come back together. */
export function waitBefore(retry: number, { waitMs, random }: Retries): number {
  const whole = Math.min(LONGEST_WAIT_MS, waitMs * 2 ** retry);
  return random === undefined ? whole : whole * (1 - random() / 2);
}

/** The same source, asked again after network failures, failures of the service, and when it is too busy. */
export function retrying(source: CredentialSource, retries: Retries): CredentialSource {
  return async (signal) => {
    for (let retry = 0; ; retry += 1) {
      try {
        return await source(signal);
      } catch (error) {
        if (!isPassing(error) || retry + 1 >= retries.maxAttempts || signal.aborted) throw error;
      }
      await sleep(waitBefore(retry, retries), undefined, { signal, ref: false });
    }
  };
}
