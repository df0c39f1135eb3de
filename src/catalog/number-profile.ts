import { DriverError } from '../core/errors.ts';

/** What a type must hold to represent a set of numbers exactly. */
export interface NumberProfile {
  /** Maximum number of digits before the decimal point. */
  readonly integerDigits: number;
  /** Maximum number of digits after the decimal point; 0: all numbers are integers. */
  readonly scale: number;
  /** Maximum number of digits from the first to the last that is not zero. */
  readonly significantDigits: number;
  /** All fit into 64 bits; of fractions, the integer part counts. */
  readonly inInt64: boolean;
  /** All fit into 128 bits. */
  readonly inInt128: boolean;
}

/** The profile of an empty set. */
export const NO_NUMBERS: NumberProfile = {
  integerDigits: 0,
  scale: 0,
  significantDigits: 0,
  inInt64: true,
  inInt128: true,
};

const DECIMAL = /^([+-]?)0*(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** The profile of one number in DynamoDB's notation: `-12.50`, `1E+30`. */
export function profileNumber(number: string): NumberProfile {
  const match = DECIMAL.exec(number);
  if (match === null)
    throw new DriverError('DYNAMO_MALFORMED', `invalid attribute value of type N: "${number}"`);
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const written = whole + fraction;
  const digits = written.replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return NO_NUMBERS;

  const trailingZeros = written.length - written.replace(/0+$/, '').length;
  const exponent = Number(power) - fraction.length + trailingZeros;
  const integerDigits = Math.max(0, digits.length + exponent);
  return {
    integerDigits,
    scale: Math.max(0, -exponent),
    significantDigits: digits.length,
    inInt64: fitsBits(64, sign === '-', digits, exponent, integerDigits),
    inInt128: fitsBits(128, sign === '-', digits, exponent, integerDigits),
  };
}

/** The profile of the union of two sets. */
export function mergeProfiles(a: NumberProfile, b: NumberProfile): NumberProfile {
  return {
    integerDigits: Math.max(a.integerDigits, b.integerDigits),
    scale: Math.max(a.scale, b.scale),
    significantDigits: Math.max(a.significantDigits, b.significantDigits),
    inInt64: a.inInt64 && b.inInt64,
    inInt128: a.inInt128 && b.inInt128,
  };
}

/** Compares exactly only if the number of digits does not decide: 1E+125 must not become a BigInt of 126 digits. */
function fitsBits(
  bits: number,
  negative: boolean,
  digits: string,
  exponent: number,
  integerDigits: number,
): boolean {
  const limit = 2n ** BigInt(bits - 1);
  const limitDigits = String(limit).length;
  if (integerDigits !== limitDigits) return integerDigits < limitDigits;
  const whole = BigInt(exponent < 0 ? digits.slice(0, exponent) : digits + '0'.repeat(exponent));
  return negative ? whole <= limit : whole < limit;
}
