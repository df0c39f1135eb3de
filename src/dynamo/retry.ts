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
export function backoffMs(retry: number, baseMs: number, jitter = true): number {
  const whole = Math.min(LONGEST_WAIT_MS, baseMs * 2 ** retry);
  return Math.floor(jitter ? Math.random() * whole : whole);
}

interface Waits {
  /** Replaces the usual base of the first wait. */
  readonly retryBaseMs?: number;
  readonly retryJitter?: boolean;
  /** No retry begins later than this after the first try; 0 means no bound. */
  readonly recoveryMs?: number;
}

/**
 * How the SDK repeats what is worth repeating: throttled and transient failures, `maxRetries` times after the first
 * try. The SDK's own strategy takes no base delay.
 */
export function retryStrategy(maxRetries: number, waits: Waits = {}): Strategy {
  const { retryBaseMs, retryJitter = true, recoveryMs = 0 } = waits;
  return {
    acquireInitialRetryToken: async () => token(0, 0, performance.now()),
    refreshRetryTokenForRetry: async (last, { errorType, error }) => {
      const retry = last.getRetryCount();
      if (retry >= maxRetries || errorType === 'CLIENT_ERROR') throw new Error('not worth another try');
      const base = retryBaseMs ?? (errorType === 'THROTTLING' ? THROTTLED_BASE_MS : TRANSIENT_BASE_MS);
      const waitMs = backoffMs(retry, base, retryJitter);
      const begunMs = isOurs(last) ? last.begunMs : performance.now();
      if (recoveryMs > 0 && performance.now() + waitMs - begunMs > recoveryMs)
        throw new Error('too late for another try');
      const signal =
        error instanceof ServiceError || error instanceof TransportError ? error.signal : undefined;
      if (signal === undefined) return token(retry + 1, waitMs, begunMs);
      // The SDK's own wait knows the signals of its own commands only.
      await sleep(waitMs, undefined, { signal });
      return token(retry + 1, 0, begunMs);
    },
    recordSuccess: () => undefined,
  };
}

interface OurToken extends Token {
  readonly begunMs: number;
}

function token(retries: number, delayMs: number, begunMs: number): OurToken {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs, begunMs };
}

function isOurs(given: Token): given is OurToken {
  return 'begunMs' in given;
}
