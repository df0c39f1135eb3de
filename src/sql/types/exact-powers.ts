import { DriverError } from '../../core/errors.ts';
import {
  clamp,
  divideAt,
  MAX_DISPLAY_SCALE,
  MIN_SIGNIFICANT_DIGITS,
  leadingDigit,
  rescaleTo,
  signNumber,
} from './exact-arithmetic.ts';
import { abs, type ExactDecimal, type ExactNumber, pow10 } from './exact-number.ts';

/** PostgreSQL's powers and logarithms of the type numeric (backend/utils/adt/numeric.c, version 15), with its display scales. */

/** NUMERIC_MAX_RESULT_SCALE. */
const MAX_RESULT_DIGITS = 2000;
/** Digits that are computed beyond those of the result. */
const GUARD_DIGITS = 15;
const LOG10_E = Math.LOG10E;

const ONE: ExactDecimal = { unscaled: 1n, scale: 0 };
const ZERO: ExactDecimal = { unscaled: 0n, scale: 0 };

/** Throws SQL_NUMERIC_RANGE. */
export function exponentialExact(a: ExactNumber): ExactNumber {
  if (typeof a === 'string') return a === '-Infinity' ? ZERO : a;
  return exponentialAt(a, a.scale);
}

/** Throws SQL_LOGARITHM. */
export function logarithmExact(a: ExactNumber): ExactNumber {
  const checked = checkLogarithm(a);
  if (typeof checked === 'string') return checked;
  return logarithmAt(checked, chooseScale([checked], estimateLogarithm(checked)));
}

/** Throws SQL_LOGARITHM and SQL_DIVISION_BY_ZERO. */
export function logarithmToBase(base: ExactNumber, a: ExactNumber): ExactNumber {
  if (base === 'NaN' || a === 'NaN') return 'NaN';
  const [first, second] = [checkLogarithm(base), checkLogarithm(a)];
  if (typeof first === 'string') return typeof second === 'string' ? 'NaN' : ZERO;
  if (typeof second === 'string') return second;
  const [baseWeight, weight] = [estimateLogarithm(first), estimateLogarithm(second)];
  const scale = chooseScale([first, second], weight - baseWeight);
  const digits = scale + Math.max(0, weight) + Math.max(0, -baseWeight) + GUARD_DIGITS;
  const divisor = logarithmAt(first, digits);
  if (divisor.unscaled === 0n) throw new DriverError('SQL_DIVISION_BY_ZERO', 'division by zero');
  return divideAt(logarithmAt(second, digits), divisor, scale);
}

/** Throws SQL_POWER and SQL_NUMERIC_RANGE. */
export function powerExact(base: ExactNumber, exponent: ExactNumber): ExactNumber {
  if (typeof base === 'string' || typeof exponent === 'string') return specialPower(base, exponent);
  const whole = exponent.unscaled / pow10(exponent.scale);
  const isWhole = whole * pow10(exponent.scale) === exponent.unscaled;
  if (base.unscaled === 0n) {
    if (exponent.unscaled < 0n) throw zeroToNegative();
    const scale = isWhole ? Math.max(MIN_SIGNIFICANT_DIGITS, base.scale) : MIN_SIGNIFICANT_DIGITS;
    return rescaleTo(whole === 0n && isWhole ? ONE : ZERO, scale);
  }
  if (!isWhole && base.unscaled < 0n) throw complexPower();
  const size: ExactDecimal = { unscaled: abs(base.unscaled), scale: base.scale };
  const isNegative = base.unscaled < 0n && whole % 2n !== 0n;
  const power = isWhole ? integerPower(size, whole) : fractionalPower(size, exponent);
  return isNegative ? { unscaled: -power.unscaled, scale: power.scale } : power;
}

/** Powers of up to this number of digits are computed exactly, larger ones by logarithms. */
const MAX_EXACT_DIGITS = 20_000;

function integerPower(base: ExactDecimal, times: bigint): ExactDecimal {
  const scale = clamp(Math.max(MIN_SIGNIFICANT_DIGITS, base.scale), 0, MAX_DISPLAY_SCALE);
  const count = abs(times);
  if (count * BigInt(String(base.unscaled).length) > BigInt(MAX_EXACT_DIGITS))
    return raiseByLogarithm(base, { unscaled: times, scale: 0 }, () => scale);
  const power = { unscaled: base.unscaled ** count, scale: base.scale * Number(count) };
  return times < 0n ? divideAt(ONE, power, scale) : rescaleTo(power, scale);
}

function fractionalPower(base: ExactDecimal, exponent: ExactDecimal): ExactDecimal {
  return raiseByLogarithm(base, exponent, (weight) => chooseScale([base, exponent], weight));
}

/** The scale depends on how many decimal digits the result has before the point, which is estimated. */
function raiseByLogarithm(
  base: ExactDecimal,
  exponent: ExactDecimal,
  toScale: (weight: number) => number,
): ExactDecimal {
  const estimate = toDouble(exponent) * approximateLogarithm(base);
  checkSize(estimate);
  const weight = Math.trunc(estimate * LOG10_E);
  const scale = toScale(weight);
  const exponentDigits = Math.max(0, String(abs(exponent.unscaled)).length - exponent.scale);
  const digits = scale + Math.max(0, weight) + exponentDigits + GUARD_DIGITS;
  const logarithm = logarithmAt(base, digits);
  const product = {
    unscaled: logarithm.unscaled * exponent.unscaled,
    scale: logarithm.scale + exponent.scale,
  };
  return exponentialTo(product, scale);
}

/** Where the base or the exponent is NaN or infinite. */
function specialPower(base: ExactNumber, exponent: ExactNumber): ExactNumber {
  if (typeof exponent !== 'string' && exponent.unscaled === 0n) return ONE;
  if (typeof base !== 'string' && base.unscaled === pow10(base.scale)) return ONE;
  if (base === 'NaN' || exponent === 'NaN') return 'NaN';
  if (typeof exponent === 'string') return infinitePower(base, exponent === 'Infinity');
  const whole = exponent.unscaled / pow10(exponent.scale);
  const isWhole = whole * pow10(exponent.scale) === exponent.unscaled;
  if (base === '-Infinity' && !isWhole) throw complexPower();
  if (exponent.unscaled < 0n) return ZERO;
  return base === '-Infinity' && whole % 2n !== 0n ? '-Infinity' : 'Infinity';
}

function infinitePower(base: Exclude<ExactNumber, 'NaN'>, isPositive: boolean): ExactNumber {
  if (typeof base === 'string') return isPositive ? 'Infinity' : ZERO;
  if (base.unscaled === 0n && !isPositive) throw zeroToNegative();
  const [size, one] = [abs(base.unscaled), pow10(base.scale)];
  if (size === one) return ONE;
  return size > one === isPositive ? 'Infinity' : ZERO;
}

function complexPower(): DriverError {
  return new DriverError(
    'SQL_POWER',
    'a negative number raised to a non-integer power yields a complex result',
  );
}

function zeroToNegative(): DriverError {
  return new DriverError('SQL_POWER', 'zero raised to a negative power is undefined');
}

function checkLogarithm(a: ExactNumber): ExactNumber {
  if (a === 'NaN') return a;
  const sign = signNumber(a);
  if (sign > 0) return a;
  throw new DriverError(
    'SQL_LOGARITHM',
    `cannot take logarithm of ${sign === 0 ? 'zero' : 'a negative number'}`,
  );
}

/** A scale with at least 16 significant digits, if the first is at this decimal place. */
function chooseScale(operands: readonly ExactDecimal[], weight: number): number {
  const wanted = Math.max(MIN_SIGNIFICANT_DIGITS - weight, ...operands.map(({ scale }) => scale));
  return clamp(wanted, 0, MAX_DISPLAY_SCALE);
}

/** PostgreSQL's estimate_ln_dweight: the decimal place of the first digit of a logarithm. */
function estimateLogarithm(a: ExactDecimal): number {
  const [tenths, one] = [a.unscaled * 10n, pow10(a.scale)];
  if (tenths >= 9n * one && tenths <= 11n * one) {
    const rest: ExactDecimal = { unscaled: a.unscaled - one, scale: a.scale };
    if (rest.unscaled === 0n) return 0;
    const { weight, digit } = leadingDigit(rest);
    return weight * 4 + Math.trunc(Math.log10(digit));
  }
  return Math.trunc(Math.log10(Math.abs(approximateLogarithm(a))));
}

function approximateLogarithm({ unscaled, scale }: ExactDecimal): number {
  const digits = String(unscaled);
  const leading = digits.slice(0, 17);
  return Math.log(Number(leading)) + (digits.length - leading.length - scale) * Math.LN10;
}

function exponentialAt(a: ExactDecimal, minScale: number): ExactDecimal {
  const value = toDouble(a);
  checkSize(value);
  const weight = Math.trunc(clamp(value * LOG10_E, -MAX_RESULT_DIGITS, MAX_RESULT_DIGITS));
  return exponentialTo(a, clamp(Math.max(MIN_SIGNIFICANT_DIGITS - weight, minScale), 0, MAX_DISPLAY_SCALE));
}

function checkSize(logarithm: number): void {
  if (logarithm >= MAX_RESULT_DIGITS * 3)
    throw new DriverError('SQL_NUMERIC_RANGE', 'value overflows numeric format');
}

function exponentialTo(a: ExactDecimal, scale: number): ExactDecimal {
  const value = toDouble(a);
  if (value <= -MAX_RESULT_DIGITS * 3) return { unscaled: 0n, scale };
  const digits = scale + Math.max(0, Math.ceil(value * LOG10_E)) + GUARD_DIGITS;
  return rescaleTo({ unscaled: exponential(toFixed(a, digits), digits), scale: digits }, scale);
}

function logarithmAt(a: ExactDecimal, scale: number): ExactDecimal {
  const digits = scale + GUARD_DIGITS;
  const text = String(a.unscaled);
  const exponent = text.length - a.scale;
  // Between 0.1 and 1; closer to 1 the series converges faster.
  const [mantissa, power] =
    text.startsWith('1') || text.startsWith('2') ? [exponent - 1, exponent - 1] : [exponent, exponent];
  const fixed = toFixed({ unscaled: a.unscaled, scale: a.scale + mantissa }, digits);
  return rescaleTo(
    { unscaled: logarithm(fixed, digits) + BigInt(power) * logarithmOfTen(digits), scale: digits },
    scale,
  );
}

const tens = new Map<number, bigint>();

function logarithmOfTen(digits: number): bigint {
  let known = tens.get(digits);
  if (known === undefined) {
    // 10 is 2^3 × 1.25.
    const one = pow10(digits);
    known = 3n * logarithm(2n * one, digits) + logarithm((5n * one) / 4n, digits);
    if (tens.size > 200) tens.clear();
    tens.set(digits, known);
  }
  return known;
}

/** The natural logarithm, of an integer that counts units of 10^-digits: 2 artanh((x - 1) / (x + 1)). */
function logarithm(x: bigint, digits: number): bigint {
  const one = pow10(digits);
  const z = ((x - one) * one) / (x + one);
  const square = (z * z) / one;
  let [sum, term] = [0n, z];
  for (let odd = 1n; term !== 0n; odd += 2n) {
    sum += term / odd;
    term = (term * square) / one;
  }
  return 2n * sum;
}

/** e to the power of an integer that counts units of 10^-digits. */
function exponential(x: bigint, digits: number): bigint {
  const [one, ten] = [pow10(digits), logarithmOfTen(digits)];
  const power = x / ten;
  // Halved a few times, so that the series is short.
  const HALVINGS = 6n;
  const rest = (x - power * ten) >> HALVINGS;
  let [sum, term] = [0n, one];
  for (let i = 1n; term !== 0n; i++) {
    sum += term;
    term = (term * rest) / one / i;
  }
  for (let i = 0n; i < HALVINGS; i++) sum = (sum * sum) / one;
  return power >= 0n ? sum * pow10(Number(power)) : sum / pow10(Number(-power));
}

function toFixed({ unscaled, scale }: ExactDecimal, digits: number): bigint {
  return digits >= scale ? unscaled * pow10(digits - scale) : unscaled / pow10(scale - digits);
}

function toDouble({ unscaled, scale }: ExactDecimal): number {
  return Number(`${unscaled}e${-scale}`);
}
