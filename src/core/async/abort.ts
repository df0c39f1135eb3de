import { getMaxListeners, setMaxListeners } from 'node:events';
import { DriverError } from '../errors.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits without keeping the process alive. Rejects with the error of an aborted statement. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    throw abortError(signal);
  }
}

/**
 * Waits for shared work. An abort rejects only this caller's promise; the work continues for the others.
 */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // Every request of a statement listens to its signal, so a large number of listeners is not a leak.
  if (getMaxListeners(signal) !== Infinity) setMaxListeners(Infinity, signal);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The error of an aborted statement: the signal's reason if that is a DriverError. */
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
