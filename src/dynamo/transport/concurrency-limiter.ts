import { abortError } from '../../core/async/abort.ts';
import { throwIfCancelled } from './service-errors.ts';

/** Lets so many requests to one table or index be under way as it bears. */
export interface ConcurrencyLimiter {
  /** Waits for its turn. */
  acquire(signal: AbortSignal | undefined): Promise<Permit>;
}

/** One request under way. */
export interface Permit {
  /** DynamoDB said "slow down". */
  throttled(): void;
  release(answered: boolean): void;
}

/**
 * Additive increase, multiplicative decrease: without bounds until the first throttle, which halves what is under way;
 * each round of answers then adds one. Throttles of requests that were sent before the last halving change nothing.
 */
export function createConcurrencyLimiter(): ConcurrencyLimiter {
  let width = Infinity;
  let busy = 0;
  let answers = 0;
  let halvings = 0;
  const waiting = new Set<() => void>();
  const admit = (): void => {
    for (const resume of waiting) {
      if (busy >= width) return;
      waiting.delete(resume);
      busy += 1;
      resume();
    }
  };
  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiting.delete(resume);
        if (signal) reject(abortError(signal));
      };
      const resume = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.add(resume);
    });
  return {
    async acquire(signal) {
      throwIfCancelled(signal);
      if (busy < width) busy += 1;
      else await turn(signal);
      let sentAfter = halvings;
      return {
        throttled() {
          if (sentAfter === halvings) {
            width = Math.max(1, Math.floor(Math.min(width, busy) / 2));
            halvings += 1;
            answers = 0;
          }
          sentAfter = halvings;
        },
        release(answered) {
          busy -= 1;
          if (answered && width !== Infinity) {
            answers += 1;
            if (answers >= width) {
              width += 1;
              answers = 0;
            }
          }
          admit();
        },
      };
    },
  };
}
