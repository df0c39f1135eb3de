import { abortError } from '../../core/async/abort.ts';
import { throwIfCancelled } from './service-errors.ts';

/** Limits the number of concurrent requests to a table or index. */
export interface ConcurrencyLimiter {
  /** Waits until another request may be sent. */
  acquire(signal: AbortSignal | undefined): Promise<Permit>;
}

/** The permission to send one request. */
export interface Permit {
  /** Call when DynamoDB throttles the request. */
  throttled(): void;
  release(succeeded: boolean): void;
}

/**
 * Limits concurrency by additive increase and multiplicative decrease (AIMD): unlimited until the first throttling, which halves
 * the number of requests in flight; each round of responses then adds one. Throttling of requests that were sent before the last
 * decrease is ignored.
 */
export function createConcurrencyLimiter(): ConcurrencyLimiter {
  let limit = Infinity;
  let inFlight = 0;
  let responses = 0;
  let decreases = 0;
  const waiting = new Set<() => void>();
  const admit = (): void => {
    for (const resume of waiting) {
      if (inFlight >= limit) return;
      waiting.delete(resume);
      inFlight += 1;
      resume();
    }
  };
  const waitForPermit = (signal: AbortSignal | undefined): Promise<void> =>
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
      if (inFlight < limit) inFlight += 1;
      else await waitForPermit(signal);
      let sentAfter = decreases;
      return {
        throttled() {
          if (sentAfter === decreases) {
            limit = Math.max(1, Math.floor(Math.min(limit, inFlight) / 2));
            decreases += 1;
            responses = 0;
          }
          sentAfter = decreases;
        },
        release(succeeded) {
          inFlight -= 1;
          if (succeeded && limit !== Infinity) {
            responses += 1;
            if (responses >= limit) {
              limit += 1;
              responses = 0;
            }
          }
          admit();
        },
      };
    },
  };
}
