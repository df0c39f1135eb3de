import { getMaxListeners, setMaxListeners } from 'node:events';
import { DriverError } from '../errors.ts';

/**
 * The same promise for one of several who wait: whose signal is aborted stops waiting, and the work goes on for the
 * others.
 */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // A statement's requests all listen to its one signal: many listeners are no leak here.
  if (getMaxListeners(signal) !== Infinity) setMaxListeners(Infinity, signal);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The error of a statement whose signal fired: the signal's own, if it brought one. */
export function abortError({ reason }: AbortSignal): DriverError {
  return reason instanceof DriverError
    ? reason
    : new DriverError('EXEC_CANCELLED', 'The statement was cancelled', { cause: reason });
}
