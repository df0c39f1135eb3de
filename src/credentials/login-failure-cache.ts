import { createHmac, randomBytes } from 'node:crypto';
import { DriverError } from '../core/errors.ts';

/** A refused sign-in is not tried again for so long: providers lock accounts after a few. */
export const REFUSAL_MS = 30_000;

/** Remembers the last refusal of one sign-in. */
export interface LoginFailureCache {
  /** The refusal, while it is remembered. */
  current(nowMs: number): DriverError | undefined;
  /** Takes note of a failure; only refusals are remembered. */
  note(error: unknown, nowMs: number): void;
}

interface Remembered {
  readonly error: DriverError;
  readonly untilMs: number;
}

/** Whether somebody said no, as against nobody answering. */
export function isLoginFailure(error: unknown): error is DriverError {
  return error instanceof DriverError && (error.code === 'AUTH_REFUSED' || error.code === 'AUTH_DENIED');
}

/** A memory of its own. */
export function privateFailureCache(): LoginFailureCache {
  return refusalIn(new Map(), '');
}

const ofThisProcess = new Map<string, Remembered>();
const processKey = randomBytes(32);

/** One memory for all connections of the process that sign in with the same values; none can be told from its key. */
export function sharedFailureCache(values: readonly string[]): LoginFailureCache {
  const key = createHmac('sha256', processKey).update(JSON.stringify(values)).digest('base64');
  return refusalIn(ofThisProcess, key);
}

function refusalIn(memory: Map<string, Remembered>, key: string): LoginFailureCache {
  return {
    current(nowMs) {
      const remembered = memory.get(key);
      if (remembered === undefined) return undefined;
      if (nowMs < remembered.untilMs && nowMs >= remembered.untilMs - REFUSAL_MS) return remembered.error;
      memory.delete(key);
      return undefined;
    },
    note(error, nowMs) {
      if (isLoginFailure(error)) memory.set(key, { error, untilMs: nowMs + REFUSAL_MS });
    },
  };
}
