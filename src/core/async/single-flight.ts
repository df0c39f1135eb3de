import { createHmac, randomBytes } from 'node:crypto';
import { raceAbort } from './abort.ts';

/** Runs work once for all concurrent callers with the same values. */
export type SingleFlight<T> = (
  values: readonly (string | undefined)[],
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Concurrent callers with the same values share one run: fifty connections that open at once send one password and
 * wait for one push notification. A run is aborted only when its last waiter has left.
 */
export function singleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();
  // Keyed by a salted hash, so that no password can be recovered from the keys.
  const salt = randomBytes(32);

  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight = { result: work(controller.signal), controller, waiters: 0 };
    flights.set(key, flight);
    const end = (): void => remove(key, flight);
    flight.result.then(end, end);
    return flight;
  }

  function remove(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  return async (values, signal, work) => {
    const key = createHmac('sha256', salt).update(JSON.stringify(values)).digest('base64');
    const flight = flights.get(key) ?? start(key, work);
    flight.waiters += 1;
    try {
      return await raceAbort(flight.result, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0) {
        remove(key, flight);
        flight.controller.abort(signal.reason);
      }
    }
  };
}
