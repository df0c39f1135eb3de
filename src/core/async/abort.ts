import { getMaxListeners, setMaxListeners } from 'node:events';
import { DriverError } from '../errors.ts';

/**
 * The same promise for one of several waiters: an abort ends this wait only, and the work goes on for the others.
 */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // All requests of a statement listen to its one signal, so many listeners are not a leak.
  if (getMaxListeners(signal) !== Infinity) setMaxListeners(Infinity, signal);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The error of a statement whose signal was aborted: the reason itself where it is a DriverError. */
export function abortError({ reason }: AbortSignal): DriverError {
  return reason instanceof DriverError
    ? reason
    : new DriverError('EXEC_CANCELLED', 'canceling statement due to user request', { cause: reason });
}

/** An abort controller whose signal takes any number of listeners; Node.js warns of a leak after ten. */
export function createAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal);
  return controller;
}

/** Aborts when the first of the signals does, and never without any. Takes any number of listeners, too. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(Infinity, any);
  return any;
}
