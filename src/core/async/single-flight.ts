import { createHmac, randomBytes } from 'node:crypto';
import { raceAbort } from './abort.ts';

/** Work that is done once for all who want the same at the same time. */
export type SingleFlight<T> = (
  values: readonly (string | undefined)[],
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

interface Attempt<T> {
  readonly work: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Lets those who ask with the same values share one attempt: fifty connections that open together send one password
 * and wait for one touch of a phone. An attempt ends early only when nobody waits for it any more.
 */
export function singleFlight<T>(): SingleFlight<T> {
  const underWay = new Map<string, Attempt<T>>();
  // Keys hold no password that could be guessed from them.
  const salt = randomBytes(32);

  function start(key: string, begin: (signal: AbortSignal) => Promise<T>): Attempt<T> {
    const stop = new AbortController();
    const attempt = { work: begin(stop.signal), stop, waiting: 0 };
    underWay.set(key, attempt);
    const end = (): void => forget(key, attempt);
    attempt.work.then(end, end);
    return attempt;
  }

  function forget(key: string, attempt: Attempt<T>): void {
    if (underWay.get(key) === attempt) underWay.delete(key);
  }

  return async (values, signal, begin) => {
    const key = createHmac('sha256', salt).update(JSON.stringify(values)).digest('base64');
    const attempt = underWay.get(key) ?? start(key, begin);
    attempt.waiting += 1;
    try {
      return await raceAbort(attempt.work, signal);
    } finally {
      attempt.waiting -= 1;
      if (attempt.waiting === 0) {
        forget(key, attempt);
        attempt.stop.abort(signal.reason);
      }
    }
  };
}
