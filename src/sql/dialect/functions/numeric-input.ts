import { DriverError } from '../../../core/errors.ts';
import { divideExact } from '../../types/exact-arithmetic.ts';
import {
  type ExactNumber,
  formatExactNumber,
  parseExactNumber,
  trimScale,
} from '../../types/exact-number.ts';
import { raise, raiseExactNumbers } from './raise.ts';

/** DuckDB's DECIMAL has 38 digits. */
const MAX_DIGITS = 38;

/** A number in PostgreSQL's notation as plain digits, of which at most `scale` follow the point. */
export function readNumeric(text: string, scale: number): string {
  return toDecimal(parse(text), scale);
}

/** A quotient as plain digits, of which at most `scale` follow the point. */
export function divideNumerics(dividend: string, divisor: string, scale: number): string {
  try {
    return toDecimal(divideExact(parse(dividend), parse(divisor)), scale);
  } catch (error) {
    return error instanceof DriverError ? raise(error.code, error.message) : rethrow(error);
  }
}

function parse(text: string): ExactNumber {
  return (
    parseExactNumber(text) ??
    raise('SQL_BAD_VALUE', `invalid input syntax for type numeric: "${text.slice(0, 80)}"`)
  );
}

function toDecimal(value: ExactNumber, scale: number): string {
  const trimmed = trimScale(value);
  if (typeof trimmed === 'string') return raiseExactNumbers(trimmed);
  const digits = formatExactNumber(trimmed);
  const whole = digits.replace(/^-?0*|\..*$/g, '');
  return trimmed.scale <= scale && whole.length <= MAX_DIGITS - scale ? digits : raiseExactNumbers(digits);
}

function rethrow(error: unknown): never {
  throw error;
}
