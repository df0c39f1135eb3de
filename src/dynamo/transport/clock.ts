import { setTimeout as sleep } from 'node:timers/promises';
import { abortError } from '../../core/async/abort.ts';

/** The source of time; tests replace it. */
export interface Clock {
  /** Milliseconds from an arbitrary start. */
  now(): number;
  /** Rejects with the error of a cancelled statement when the signal is aborted. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** The monotonic clock of the process. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  async wait(ms, signal) {
    try {
      await sleep(ms, undefined, signal && { signal });
    } catch (thrown) {
      throw signal?.aborted === true ? abortError(signal) : thrown;
    }
  },
};
