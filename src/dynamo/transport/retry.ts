import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ServiceError, TransportError, UnconfirmedError } from './failures.ts';

type Strategy = Extract<
  NonNullable<DynamoDBClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

const MAX_WAIT_MS = 20_000;
const THROTTLED_BASE_MS = 100;
const TRANSIENT_BASE_MS = 25;

/** A random part of a wait that doubles with every retry, so that many readers do not come back together. */
export function backoffMs(retry: number, baseMs: number, jitter = true): number {
  const whole = Math.min(MAX_WAIT_MS, baseMs * 2 ** retry);
  return Math.floor(jitter ? Math.random() * whole : whole);
}

/** Between the base and three times the wait before: throttled readers drift apart, however they began. */
function decorrelatedJitterMs(lastMs: number, baseMs: number): number {
  const span = Math.max(baseMs, lastMs) * 3 - baseMs;
  return Math.floor(Math.min(MAX_WAIT_MS, baseMs + Math.random() * span));
}

interface RetryDelays {
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
export function createRetryStrategy(maxRetries: number, waits: RetryDelays = {}): Strategy {
  const { retryBaseMs, retryJitter = true, recoveryMs = 0 } = waits;
  return {
    acquireInitialRetryToken: async () => token(0, 0, performance.now(), 0),
    refreshRetryTokenForRetry: async (last, { errorType, error }) => {
      const retry = last.getRetryCount();
      // The SDK would judge an unconfirmed write by its cause.
      const final = errorType === 'CLIENT_ERROR' || error instanceof UnconfirmedError;
      if (retry >= maxRetries || final) throw new Error('not worth another try');
      const throttled = errorType === 'THROTTLING';
      const base = retryBaseMs ?? (throttled ? THROTTLED_BASE_MS : TRANSIENT_BASE_MS);
      const { begunMs, lastMs } = isRetryToken(last) ? last : { begunMs: performance.now(), lastMs: 0 };
      const waitMs =
        throttled && retryJitter ? decorrelatedJitterMs(lastMs, base) : backoffMs(retry, base, retryJitter);
      if (recoveryMs > 0 && performance.now() + waitMs - begunMs > recoveryMs)
        throw new Error('too late for another try');
      const signal = findSignal(error);
      if (signal === undefined) return token(retry + 1, waitMs, begunMs, waitMs);
      // The SDK's own wait knows no signal.
      await sleep(waitMs, undefined, { signal });
      return token(retry + 1, 0, begunMs, waitMs);
    },
    recordSuccess: () => undefined,
  };
}

/** An answer that says whose signal ends the wait which it may bring about. */
export function withSignal<A extends object>(
  answer: A,
  signal: AbortSignal | undefined,
): A & { readonly signal: AbortSignal | undefined } {
  return { ...answer, signal };
}

/** The signal of the request that failed; errors that the SDK reads carry the answer which they were read from. */
function findSignal(error: unknown): AbortSignal | undefined {
  if (error instanceof ServiceError || error instanceof TransportError) return error.signal;
  const { signal } = Object(Object(error).$response);
  return signal instanceof AbortSignal ? signal : undefined;
}

interface RetryToken extends Token {
  readonly begunMs: number;
  /** The wait before the latest try. */
  readonly lastMs: number;
}

function token(retries: number, delayMs: number, begunMs: number, lastMs: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs, begunMs, lastMs };
}

function isRetryToken(given: Token): given is RetryToken {
  return 'begunMs' in given;
}
