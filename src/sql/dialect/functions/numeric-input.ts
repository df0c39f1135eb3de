import { DriverError } from '../../../core/errors.ts';
import {
  deviationExact,
  divideExact,
  type Moments,
  clamp,
  varianceExact,
} from '../../types/exact-arithmetic.ts';
import {
  abs,
  type ExactDecimal,
  type ExactNumber,
  formatExactNumber,
  parseExactNumber,
  pow10,
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
    const [a, b] = [dividend, divisor].map((text) => withoutPadding(parse(text), scale));
    return toDecimal(divideExact(a ?? 'NaN', b ?? 'NaN'), scale);
  } catch (error) {
    return error instanceof DriverError ? raise(error.code, error.message) : rethrow(error);
  }
}

/** Digits after the point of quotients below 10,000. */
const QUOTIENT_DIGITS = 16;

/** The zeros at the end of a quotient fill the scale that DuckDB has for all quotients. */
function withoutPadding(value: ExactNumber, scale: number): ExactNumber {
  if (typeof value === 'string' || value.scale !== scale) return value;
  const trimmed = trimScale(value);
  if (typeof trimmed === 'string') return trimmed;
  const whole = String(abs(trimmed.unscaled)).length - trimmed.scale;
  const places = clamp(QUOTIENT_DIGITS - 4 * Math.floor((whole - 1) / 4), 0, scale);
  return trimmed.scale >= places
    ? trimmed
    : { unscaled: trimmed.unscaled * pow10(places - trimmed.scale), scale: places };
}

const SPREADS: ReadonlyMap<string, (moments: Moments) => ExactDecimal | undefined> = new Map([
  ['stddev', (moments) => deviationExact(moments, 'sample')],
  ['stddev_samp', (moments) => deviationExact(moments, 'sample')],
  ['stddev_pop', (moments) => deviationExact(moments, 'population')],
  ['variance', (moments) => varianceExact(moments, 'sample')],
  ['var_samp', (moments) => varianceExact(moments, 'sample')],
  ['var_pop', (moments) => varianceExact(moments, 'population')],
]);

/** The names of the aggregates that measureSpread computes. */
export const SPREAD_NAMES: ReadonlySet<string> = new Set(SPREADS.keys());

/** A variance or a standard deviation as plain digits, of which at most `scale` follow the point. */
export function measureSpread(
  name: string,
  count: string,
  sum: string,
  squares: string,
  scale: number,
): string | null {
  const moments = { count: BigInt(count), sum: parseFinite(sum), squares: parseFinite(squares) };
  const value = SPREADS.get(name)?.(moments);
  return value === undefined ? null : toDecimal(value, scale);
}

function parseFinite(text: string): ExactDecimal {
  const value = parse(text);
  return typeof value === 'string' ? raiseExactNumbers(value) : value;
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
