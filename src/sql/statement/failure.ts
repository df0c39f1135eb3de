import { abortError } from '../../core/async/abort.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';

/** The error that leaves a statement: what is not a DriverError is a cancellation, or a bug of the driver. */
export function toStatementError(thrown: unknown, signal?: AbortSignal): DriverError {
  if (thrown instanceof DriverError) return thrown;
  if (signal?.aborted === true) return abortError(signal);
  return new DriverError('EXEC_ENGINE', `internal error: ${getErrorMessage(thrown)}`, { cause: thrown });
}
