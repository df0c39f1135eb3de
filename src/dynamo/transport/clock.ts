import { setTimeout as sleep } from 'node:timers/promises';
import { abortError } from '../../core/async/abort.ts';

/** Time, and waiting for it to pass; tests bring one that stands still. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Ends early, with the error of a cancelled statement, when the signal fires. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** The clock of this process, which never goes back. */
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
