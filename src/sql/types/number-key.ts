import { abs, type ExactNumber, pow10 } from './exact-number.ts';

/**
 * The text of a number that orders as numbers do when it is compared byte by byte: a sign, an exponent, and the digits without
 * zeros at the end. Those of a negative number are complemented, and end with a character after all digits, so that the longer
 * of two comes first. -Infinity, zero, Infinity and NaN have a sign of their own; as in PostgreSQL NaN is the greatest.
 */
const SIGNS = { lowest: '0', negative: '1', zero: '2', positive: '3', highest: '4', nan: '5' } as const;

/** Exponents from -500,000 to 499,999 in six digits, which exceeds PostgreSQL's numeric. */
const EXPONENT_BIAS = 500_000;
const EXPONENT_DIGITS = 6;
const TERMINATOR = '~';

/** The key of a number, whatever its scale: equal numbers have equal keys. */
export function encodeNumberKey(value: ExactNumber): string {
  if (value === 'NaN') return SIGNS.nan;
  if (value === 'Infinity') return SIGNS.highest;
  if (value === '-Infinity') return SIGNS.lowest;
  const { unscaled, scale } = value;
  if (unscaled === 0n) return SIGNS.zero;
  const digits = String(abs(unscaled));
  const exponent = String(digits.length - scale + EXPONENT_BIAS).padStart(EXPONENT_DIGITS, '0');
  const ordered = exponent + digits.replace(/0+$/, '');
  return unscaled < 0n ? `${SIGNS.negative}${complement(ordered)}${TERMINATOR}` : SIGNS.positive + ordered;
}

/** The number of a key, with as few digits after the point as it needs, or with this many. */
export function decodeNumberKey(key: string, scale?: number): ExactNumber {
  switch (key.charAt(0)) {
    case SIGNS.nan:
      return 'NaN';
    case SIGNS.highest:
      return 'Infinity';
    case SIGNS.lowest:
      return '-Infinity';
    case SIGNS.zero:
      return { unscaled: 0n, scale: scale ?? 0 };
    default:
      break;
  }
  const isNegative = key.charAt(0) === SIGNS.negative;
  const ordered = isNegative ? complement(key.slice(1, -1)) : key.slice(1);
  const digits = ordered.slice(EXPONENT_DIGITS);
  const exponent = Number(ordered.slice(0, EXPONENT_DIGITS)) - EXPONENT_BIAS;
  const needed = Math.max(0, digits.length - exponent);
  const unscaled = BigInt(digits) * pow10(needed - (digits.length - exponent));
  const used = Math.max(needed, scale ?? needed);
  return { unscaled: (isNegative ? -unscaled : unscaled) * pow10(used - needed), scale: used };
}

function complement(digits: string): string {
  let complemented = '';
  for (const digit of digits) complemented += String(9 - Number(digit));
  return complemented;
}
