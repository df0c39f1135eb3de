import { createHmac, randomBytes } from 'node:crypto';
import { abandonable } from '../core/abandonable.ts';

interface Attempt {
  readonly work: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

const underWay = new Map<string, Attempt>();
const processKey = randomBytes(32);

/**
 * Does a piece of work once for all who ask for it at the same time with the same values: fifty connections that open
 * together send one password and wait for one touch of a phone. It ends early only when nobody waits any more.
 */
export async function oneAttempt<T>(
  values: readonly (string | undefined)[],
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const key = createHmac('sha256', processKey).update(JSON.stringify(values)).digest('base64');
  const attempt = underWay.get(key) ?? started(key, begin);
  attempt.waiting += 1;
  try {
    // Its type goes with the values: whoever gives the same wants the same.
    return await abandonable(attempt.work as Promise<T>, signal);
  } finally {
    attempt.waiting -= 1;
    if (attempt.waiting === 0) {
      if (underWay.get(key) === attempt) underWay.delete(key);
      attempt.stop.abort(signal.reason);
    }
  }
}

function started<T>(key: string, begin: (signal: AbortSignal) => Promise<T>): Attempt {
  const stop = new AbortController();
  const work = begin(stop.signal);
  const attempt = { work, stop, waiting: 0 };
  underWay.set(key, attempt);
  const end = (): void => {
    if (underWay.get(key) === attempt) underWay.delete(key);
  };
  work.then(end, end);
  return attempt;
}
