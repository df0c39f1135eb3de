import { type ErrorCode } from '../../../core/errors.ts';

/** Throws an error out of a function that runs inside DuckDB. DuckDB keeps only the message, so the code is part of it. */
export function raise(code: ErrorCode, message: string): never {
  throw new RangeError(`[${code}] ${message}`);
}
