import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ServiceError, TransportError } from './failures.ts';

type Strategy = Extract<
  NonNullable<DynamoDBClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

const LONGEST_WAIT_MS = 20_000;
const THROTTLED_BASE_MS = 500;
const TRANSIENT_BASE_MS = 25;

/** A random part of a wait that doubles with every retry, so that many readers do not come back together. */
export function backoffMs(retry: number, baseMs: number): number {
  return Math.floor(Math.random() * Math.min(LONGEST_WAIT_MS, baseMs * 2 ** retry));
}

/**
 * How the SDK repeats what is worth repeating: throttled and transient failures, `maxRetries` times after the first
 * try. The SDK's own strategy takes no base delay; `baseMs` replaces both of the usual ones.
 */
export function retryStrategy(maxRetries: number, baseMs?: number): Strategy {
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (last, { errorType, error }) => {
      const retry = last.getRetryCount();
      if (retry >= maxRetries || errorType === 'CLIENT_ERROR') throw new Error('not worth another try');
      const base = baseMs ?? (errorType === 'THROTTLING' ? THROTTLED_BASE_MS : TRANSIENT_BASE_MS);
      const waitMs = backoffMs(retry, base);
      const signal =
        error instanceof ServiceError || error instanceof TransportError ? error.signal : undefined;
      if (signal === undefined) return token(retry + 1, waitMs);
      // The SDK's own wait knows the signals of its own commands only.
      await sleep(waitMs, undefined, { signal });
      return token(retry + 1, 0);
    },
    recordSuccess: () => undefined,
  };
}

function token(retries: number, delayMs: number): Token {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs };
}
