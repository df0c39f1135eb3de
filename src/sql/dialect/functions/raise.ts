import { type ErrorCode } from '../../../core/errors.ts';

/** The failure of a function that runs inside DuckDB, which keeps nothing but the message: the code goes with it. */
export function raise(code: ErrorCode, message: string): never {
  throw new RangeError(`[${code}] ${message}`);
}
