/** A finite number: `unscaled` × 10^-`scale`. The scale is PostgreSQL's display scale: how many digits follow the point. */
export interface ExactDecimal {
  readonly unscaled: bigint;
  /** Not negative. */
  readonly scale: number;
}

/** A value of PostgreSQL's type numeric. */
export type ExactNumber = ExactDecimal | 'NaN' | 'Infinity' | '-Infinity';

const DECIMAL = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const SPECIAL: ReadonlyMap<string, Exclude<ExactNumber, ExactDecimal>> = new Map([
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['+inf', 'Infinity'],
  ['infinity', 'Infinity'],
  ['+infinity', 'Infinity'],
  ['-inf', '-Infinity'],
  ['-infinity', '-Infinity'],
]);

/** The digits that PostgreSQL's numeric has before and after the point. */
const MAX_WHOLE_DIGITS = 131_072;
const MAX_SCALE = 16_383;

/**
 * The number of a string in PostgreSQL's or DynamoDB's notation; undefined where it is none, or `numeric` cannot hold it.
 * Zeros at the end of a fraction count for the scale.
 */
export function parseExactNumber(text: string): ExactNumber | undefined {
  const trimmed = text.trim();
  const match = DECIMAL.exec(trimmed);
  if (match === null) return SPECIAL.get(trimmed.toLowerCase());
  const [, sign = '', whole = '', fraction = match[4] ?? '', , power = '0'] = match;
  const digits = `${whole}${fraction}`;
  const scale = fraction.length - Number(power);
  if (scale > MAX_SCALE || digits.replace(/^0+/, '').length - scale > MAX_WHOLE_DIGITS) return undefined;
  const unscaled = BigInt(digits) * (sign === '-' ? -1n : 1n);
  return scale < 0 ? { unscaled: unscaled * pow10(-scale), scale: 0 } : { unscaled, scale };
}

/** PostgreSQL's text of a number: as many digits after the point as its scale says. */
export function formatExactNumber(value: ExactNumber): string {
  if (typeof value === 'string') return value;
  const { unscaled, scale } = value;
  if (scale === 0) return String(unscaled);
  const digits = String(abs(unscaled)).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The same number without zeros at the end of its fraction, as DynamoDB stores it. */
export function trimScale(value: ExactNumber): ExactNumber {
  if (typeof value === 'string') return value;
  let { unscaled, scale } = value;
  if (unscaled === 0n) return { unscaled, scale: 0 };
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale -= 1;
  }
  return { unscaled, scale };
}

/** 10 to the power of a number that is not negative. */
export function pow10(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

export function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
