import { DriverError } from './errors.ts';

/**
 * The same promise for one of several who wait: whose signal is aborted stops waiting, and the work goes on for the
 * others.
 */
export function abandonable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof DriverError
    ? reason
    : new DriverError('EXEC_CANCELLED', 'The statement was cancelled', { cause: reason });
}
