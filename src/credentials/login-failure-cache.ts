import { createHmac, randomBytes } from 'node:crypto';
import { DriverError } from '../core/errors.ts';

/** A rejected sign-in is not repeated for this long: providers lock accounts after a few. */
export const LOGIN_FAILURE_TTL_MS = 30_000;

/** Remembers that a sign-in was rejected. */
export interface LoginFailureCache {
  /** The failure, until it expires. */
  get(nowMs: number): DriverError | undefined;
  /** Records a failure; ignored unless it is a rejection. */
  record(error: unknown, nowMs: number): void;
}

interface CachedFailure {
  readonly error: DriverError;
  readonly untilMs: number;
}

/** Whether the sign-in was rejected, rather than not possible at the moment. */
export function isLoginFailure(error: unknown): error is DriverError {
  return error instanceof DriverError && (error.code === 'AUTH_REFUSED' || error.code === 'AUTH_DENIED');
}

/** A cache for one connection. */
export function createFailureCache(): LoginFailureCache {
  return createCacheEntry(new Map(), '');
}

const processFailures = new Map<string, CachedFailure>();
const processKey = randomBytes(32);

/**
 * The cache that all connections of the process share if they sign in with the same values, which are only kept as a
 * keyed hash.
 */
export function sharedFailureCache(values: readonly string[]): LoginFailureCache {
  const key = createHmac('sha256', processKey).update(JSON.stringify(values)).digest('base64');
  return createCacheEntry(processFailures, key);
}

function createCacheEntry(failures: Map<string, CachedFailure>, key: string): LoginFailureCache {
  return {
    get(nowMs) {
      const failure = failures.get(key);
      if (failure === undefined) return undefined;
      if (nowMs < failure.untilMs && nowMs >= failure.untilMs - LOGIN_FAILURE_TTL_MS) return failure.error;
      failures.delete(key);
      return undefined;
    },
    record(error, nowMs) {
      if (isLoginFailure(error)) failures.set(key, { error, untilMs: nowMs + LOGIN_FAILURE_TTL_MS });
    },
  };
}
