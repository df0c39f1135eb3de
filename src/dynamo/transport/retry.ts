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

/** A random wait below a maximum that doubles with each retry (full jitter), so that clients do not retry at the same time. */
export function backoffMs(retry: number, baseMs: number, jitter = true): number {
  const maxMs = Math.min(MAX_WAIT_MS, baseMs * 2 ** retry);
  return Math.floor(jitter ? Math.random() * maxMs : maxMs);
}

/** A random wait from the base to three times the previous wait (decorrelated jitter). */
function decorrelatedJitterMs(lastMs: number, baseMs: number): number {
  const span = Math.max(baseMs, lastMs) * 3 - baseMs;
  return Math.floor(Math.min(MAX_WAIT_MS, baseMs + Math.random() * span));
}

interface RetryDelays {
  /** The base of the first wait instead of the default. */
  readonly retryBaseMs?: number;
  readonly retryJitter?: boolean;
  /** No retry starts later than this after the first attempt; 0: no limit. */
  readonly recoveryMs?: number;
}

/** A retry strategy for the SDK that retries throttled and transient failures. The SDK's standard strategy has no base delay. */
export function createRetryStrategy(maxRetries: number, waits: RetryDelays = {}): Strategy {
  const { retryBaseMs, retryJitter = true, recoveryMs = 0 } = waits;
  return {
    acquireInitialRetryToken: async () => token(0, 0, performance.now(), 0),
    refreshRetryTokenForRetry: async (last, { errorType, error }) => {
      const retry = last.getRetryCount();
      // The SDK would classify an unconfirmed write by its cause.
      const final = errorType === 'CLIENT_ERROR' || error instanceof UnconfirmedError;
      if (retry >= maxRetries || final) throw new Error('not retryable');
      const isThrottled = errorType === 'THROTTLING';
      const base = retryBaseMs ?? (isThrottled ? THROTTLED_BASE_MS : TRANSIENT_BASE_MS);
      const { startMs, lastMs } = isRetryToken(last) ? last : { startMs: performance.now(), lastMs: 0 };
      const waitMs =
        isThrottled && retryJitter ? decorrelatedJitterMs(lastMs, base) : backoffMs(retry, base, retryJitter);
      if (recoveryMs > 0 && performance.now() + waitMs - startMs > recoveryMs)
        throw new Error('the time for retries is over');
      const signal = findSignal(error);
      if (signal === undefined) return token(retry + 1, waitMs, startMs, waitMs);
      // The SDK's wait cannot be aborted.
      await sleep(waitMs, undefined, { signal });
      return token(retry + 1, 0, startMs, waitMs);
    },
    recordSuccess: () => undefined,
  };
}

/** Adds the signal of a request to its response, so that it also ends the wait before a retry. */
export function withSignal<A extends object>(
  response: A,
  signal: AbortSignal | undefined,
): A & { readonly signal: AbortSignal | undefined } {
  return { ...response, signal };
}

/** The signal of the failed request; errors that the SDK parsed refer to their response. */
function findSignal(error: unknown): AbortSignal | undefined {
  if (error instanceof ServiceError || error instanceof TransportError) return error.signal;
  const { signal } = Object(Object(error).$response);
  return signal instanceof AbortSignal ? signal : undefined;
}

interface RetryToken extends Token {
  readonly startMs: number;
  /** The wait before the last attempt. */
  readonly lastMs: number;
}

function token(retries: number, delayMs: number, startMs: number, lastMs: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs, startMs, lastMs };
}

function isRetryToken(value: Token): value is RetryToken {
  return 'startMs' in value;
}
