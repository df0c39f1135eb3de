const SHORT_PLAIN = /^-?\d+(?:\.\d+)?$/;

/**
 * Decimal digits as JavaScript: a `number` where it prints back to the same digits, a `bigint` for integers beyond
 * 2^53, else the digits themselves.
 */
export function toNumberValue(digits: string): number | bigint | string {
  const number = Number(digits);
  // Up to 15 significant digits a double always holds. Adding 0 makes -0 an ordinary zero.
  if (digits.length <= 15 && SHORT_PLAIN.test(digits)) return number + 0;
  if (String(number) === digits && (Number.isSafeInteger(number) || !Number.isInteger(number))) return number;
  return toNumberValueSlowly(digits, number);
}

/** For trailing zeros, exponents, and digits that a double cannot hold. */
function toNumberValueSlowly(digits: string, number: number): number | bigint | string {
  const exact = normalize(digits);
  if (exact === undefined) return digits;
  if (exact.exponent >= 0) {
    if (exact.exponent > 400) return digits;
    const integer = BigInt(exact.significand) * 10n ** BigInt(exact.exponent);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  const printed = Number.isFinite(number) ? normalize(String(number)) : undefined;
  if (printed && printed.significand === exact.significand && printed.exponent === exact.exponent)
    return number;
  return expandExponent(digits);
}

/** `1.50` and `15E-1` are both `15` and -1. */
function normalize(digits: string): { significand: string; exponent: number } | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = `${whole}${fraction}`.replace(/^0+(?=\d)/, '');
  const significand = all.replace(/0+$/, '') || '0';
  if (significand === '0') return { significand: '0', exponent: 0 };
  return {
    significand: sign + significand,
    exponent: Number(power) - fraction.length + (all.length - significand.length),
  };
}

/** Drops the zeros at the end of a fraction, as DynamoDB does. */
export function trimFraction(digits: string): string {
  return /\.\d*$/.test(digits) ? digits.replace(/\.?0+$/, '') : digits;
}

/** Whether a double holds these digits: it prints as the same number. */
export function fitsDouble(digits: string): boolean {
  const exact = normalize(digits);
  const number = Number(digits);
  const printed = Number.isFinite(number) ? normalize(String(number)) : undefined;
  return (
    exact !== undefined && printed?.significand === exact.significand && printed.exponent === exact.exponent
  );
}

/** The digits without an exponent: `1.5E+3` becomes `1500`. */
export function expandExponent(digits: string): string {
  const exact = normalize(digits);
  if (exact === undefined) return digits;
  const { exponent } = exact;
  const sign = exact.significand.startsWith('-') ? '-' : '';
  const figures = sign === '' ? exact.significand : exact.significand.slice(1);
  if (exponent >= 0) return sign + figures + '0'.repeat(exponent);
  const padded = figures.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** The digits without an exponent; null if more of them than `scale` follow the point. */
export function toFixedDigits(digits: string, scale: number): string | null {
  const plain = expandExponent(digits);
  const point = plain.indexOf('.');
  return point < 0 || plain.length - point - 1 <= scale ? plain : null;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a string is a number in JSON's grammar. */
export function isJsonNumber(text: string): boolean {
  return JSON_NUMBER.test(text);
}
