import { DriverError } from '../../core/errors.ts';
import { abs, type ExactDecimal, type ExactNumber, pow10 } from './exact-number.ts';

/** PostgreSQL's arithmetic of the type numeric (backend/utils/adt/numeric.c, version 15), with its display scales. */

/** Digits of a quotient, NUMERIC_MIN_SIG_DIGITS. */
export const MIN_SIGNIFICANT_DIGITS = 16;
/** NUMERIC_MAX_DISPLAY_SCALE: the scale that quotients, roots and powers are cut to. */
export const MAX_DISPLAY_SCALE = 1000;
/** NUMERIC_MAX_RESULT_SCALE: what round() and trunc() accept. */
const MAX_RESULT_SCALE = 2000;
/** NUMERIC_DSCALE_MAX: the scale that products are rounded to. */
const MAX_SCALE = 16_383;
/** PostgreSQL's digits are of base 10,000. */
const BASE_DIGITS = 4;

const ZERO: ExactDecimal = { unscaled: 0n, scale: 0 };

export function addExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === 'NaN' || b === 'NaN') return 'NaN';
    if (typeof a !== 'string') return b;
    return typeof b !== 'string' || a === b ? a : 'NaN';
  }
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: unscaledAt(a, scale) + unscaledAt(b, scale), scale };
}

export function subtractExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  return addExact(a, negateExact(b));
}

export function multiplyExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === 'NaN' || b === 'NaN') return 'NaN';
    const sign = signNumber(a) * signNumber(b);
    return sign === 0 ? 'NaN' : sign < 0 ? '-Infinity' : 'Infinity';
  }
  return rescale({ unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale }, MAX_SCALE);
}

/** Throws SQL_DIVISION_BY_ZERO. */
export function divideExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (a === 'NaN' || b === 'NaN') return 'NaN';
  if (typeof b !== 'string' && b.unscaled === 0n) throw divisionByZero();
  if (typeof a === 'string') {
    if (typeof b === 'string') return 'NaN';
    return (a === 'Infinity') === b.unscaled > 0n ? 'Infinity' : '-Infinity';
  }
  return typeof b === 'string' ? ZERO : divideAt(a, b, quotientScale(a, b));
}

/** Throws SQL_DIVISION_BY_ZERO. */
export function moduloExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (a === 'NaN' || b === 'NaN') return 'NaN';
  if (typeof b !== 'string' && b.unscaled === 0n) throw divisionByZero();
  if (typeof a === 'string') return 'NaN';
  if (typeof b === 'string') return a;
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: unscaledAt(a, scale) % unscaledAt(b, scale), scale };
}

/** The quotient without its fraction. Throws SQL_DIVISION_BY_ZERO. */
export function divideToInteger(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (typeof a === 'string' || typeof b === 'string') return truncateExact(divideExact(a, b), 0);
  if (b.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: unscaledAt(a, scale) / unscaledAt(b, scale), scale: 0 };
}

export function negateExact(a: ExactNumber): ExactNumber {
  if (a === 'NaN') return a;
  if (typeof a === 'string') return a === 'Infinity' ? '-Infinity' : 'Infinity';
  return { unscaled: -a.unscaled, scale: a.scale };
}

export function absoluteExact(a: ExactNumber): ExactNumber {
  return signNumber(a) < 0 ? negateExact(a) : a;
}

export function signExact(a: ExactNumber): ExactNumber {
  return a === 'NaN' ? a : { unscaled: BigInt(signNumber(a)), scale: 0 };
}

/** Rounds half away from zero to this many digits after the point, or before it where negative. */
export function roundExact(a: ExactNumber, digits: number): ExactNumber {
  return typeof a === 'string' ? a : cutAt(a, digits, divideRounding);
}

/** Cuts off the digits after this many after the point. */
export function truncateExact(a: ExactNumber, digits: number): ExactNumber {
  return typeof a === 'string' ? a : cutAt(a, digits, (unscaled, divisor) => unscaled / divisor);
}

export function ceilExact(a: ExactNumber): ExactNumber {
  return negateExact(floorExact(negateExact(a)));
}

export function floorExact(a: ExactNumber): ExactNumber {
  if (typeof a === 'string') return a;
  const divisor = pow10(a.scale);
  const whole = a.unscaled / divisor;
  return { unscaled: a.unscaled < whole * divisor ? whole - 1n : whole, scale: 0 };
}

/** Throws SQL_POWER. */
export function squareRootExact(a: ExactNumber): ExactNumber {
  if (a === 'NaN' || a === 'Infinity') return a;
  if (a === '-Infinity' || a.unscaled < 0n)
    throw new DriverError('SQL_POWER', 'cannot take square root of a negative number');
  // The root has about half of the decimal digits before the point.
  const digitWeight =
    a.unscaled === 0n ? 0 : Math.floor((String(a.unscaled).length - a.scale - 1) / BASE_DIGITS);
  const rootWeight = (digitWeight * BASE_DIGITS) / 2 + 1;
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS - rootWeight, a.scale), 0, MAX_DISPLAY_SCALE);
  return rootAt(a, scale);
}

/** The root of a number that is not negative, rounded to a scale. */
function rootAt(a: ExactDecimal, scale: number): ExactDecimal {
  const root = integerRoot(unscaledAt(a, 2 * scale + 2));
  return { unscaled: (root + 5n) / 10n, scale };
}

/** The numbers, their sum and the sum of their squares, of which a variance is computed. */
export interface Moments {
  readonly count: bigint;
  readonly sum: ExactDecimal;
  readonly squares: ExactDecimal;
}

/** The variance of a sample, or of a population; undefined for too few numbers. */
export function varianceExact(
  { count, sum, squares }: Moments,
  of: 'sample' | 'population',
): ExactDecimal | undefined {
  const divisor = of === 'sample' ? count * (count - 1n) : count * count;
  if (divisor <= 0n) return undefined;
  const scale = Math.max(squares.scale, 2 * sum.scale);
  const spread =
    count * unscaledAt(squares, scale) -
    unscaledAt({ unscaled: sum.unscaled ** 2n, scale: 2 * sum.scale }, scale);
  if (spread <= 0n) return ZERO;
  const [a, b] = [
    { unscaled: spread, scale },
    { unscaled: divisor, scale: 0 },
  ];
  return divideAt(a, b, quotientScale(a, b));
}

/** The root of a variance, with its scale. */
export function deviationExact(moments: Moments, of: 'sample' | 'population'): ExactDecimal | undefined {
  const variance = varianceExact(moments, of);
  return variance && rootAt(variance, variance.scale);
}

/** -1, 0 or 1; NaN counts as positive. */
export function signNumber(a: ExactNumber): -1 | 0 | 1 {
  if (typeof a === 'string') return a === '-Infinity' ? -1 : 1;
  return a.unscaled === 0n ? 0 : a.unscaled < 0n ? -1 : 1;
}

/** PostgreSQL's select_div_scale. */
export function quotientScale(a: ExactDecimal, b: ExactDecimal): number {
  const [dividend, divisor] = [leadingDigit(a), leadingDigit(b)];
  const weight = dividend.weight - divisor.weight - (dividend.digit <= divisor.digit ? 1 : 0);
  const wanted = Math.max(MIN_SIGNIFICANT_DIGITS - weight * BASE_DIGITS, a.scale, b.scale, 0);
  return Math.min(wanted, MAX_DISPLAY_SCALE);
}

/** The first digit of base 10,000 that is not zero, and the power of the base that it counts. */
export function leadingDigit({ unscaled, scale }: ExactDecimal): {
  readonly weight: number;
  readonly digit: number;
} {
  if (unscaled === 0n) return { weight: 0, digit: 0 };
  const digits = String(abs(unscaled));
  const exponent = digits.length - scale - 1;
  const weight = Math.floor(exponent / BASE_DIGITS);
  const width = exponent - weight * BASE_DIGITS + 1;
  return { weight, digit: Number(digits.slice(0, width).padEnd(width, '0')) };
}

export function divideAt(a: ExactDecimal, b: ExactDecimal, scale: number): ExactDecimal {
  // a / b × 10^scale, where both are unscaled.
  const shift = scale + b.scale - a.scale;
  return {
    unscaled:
      shift >= 0
        ? divideRounding(a.unscaled * pow10(shift), b.unscaled)
        : divideRounding(a.unscaled, b.unscaled * pow10(-shift)),
    scale,
  };
}

/** Divides, and rounds half away from zero. */
function divideRounding(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend - quotient * divisor;
  if (abs(rest) * 2n < abs(divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function cutAt(
  a: ExactDecimal,
  digits: number,
  divide: (dividend: bigint, divisor: bigint) => bigint,
): ExactDecimal {
  const at = clamp(digits, -MAX_RESULT_SCALE, MAX_RESULT_SCALE);
  if (at >= a.scale) return { unscaled: unscaledAt(a, at), scale: at };
  const kept = divide(a.unscaled, pow10(a.scale - at));
  return at >= 0 ? { unscaled: kept, scale: at } : { unscaled: kept * pow10(-at), scale: 0 };
}

function unscaledAt({ unscaled, scale }: ExactDecimal, wanted: number): bigint {
  return unscaled * pow10(wanted - scale);
}

function rescale(a: ExactDecimal, maxScale: number): ExactDecimal {
  return a.scale > maxScale ? cutAtScale(a, maxScale) : a;
}

export function rescaleTo(a: ExactDecimal, scale: number): ExactDecimal {
  return a.scale > scale ? cutAtScale(a, scale) : { unscaled: unscaledAt(a, scale), scale };
}

function cutAtScale({ unscaled, scale }: ExactDecimal, wanted: number): ExactDecimal {
  return { unscaled: divideRounding(unscaled, pow10(scale - wanted)), scale: wanted };
}

/** The integer part of a root, by Newton's method. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = pow10(Math.ceil(String(value).length / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function divisionByZero(): DriverError {
  return new DriverError('SQL_DIVISION_BY_ZERO', 'division by zero');
}
