import { type ErrorCode } from '../../../core/errors.ts';

/** Throws an error out of a function that runs inside DuckDB. DuckDB keeps only the message, so the code is part of it. */
export function raise(code: ErrorCode, message: string): never {
  throw new RangeError(`[${code}] ${message}`);
}

/** Marks the error of a number that DuckDB's types cannot hold; the statement then runs with numbers of any digits. */
export const EXACT_NUMBERS = 'EXACT_NUMBERS';

/** Throws that error out of a function that runs inside DuckDB. */
export function raiseExactNumbers(digits: string): never {
  throw new RangeError(`[${EXACT_NUMBERS}] ${describeLongNumber(digits)}`);
}

/** The message of that error. */
export function describeLongNumber(digits: string): string {
  return `the number ${digits.slice(0, 80)} needs more than 38 digits`;
}
