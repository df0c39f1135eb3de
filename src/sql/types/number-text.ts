import { trimFraction } from './number-value.ts';

/** How PostgreSQL prints the values of a numeric expression, as far as the statement tells. */
export interface NumberScale {
  /** Digits after the point that every value has. Further ones are printed up to the last that is not zero. */
  readonly least: number;
  /** The values are quotients or averages, which have at least 16 significant digits. */
  readonly isQuotient?: true;
}

/** Numbers as DynamoDB stores them: without zeros at the end of the fraction. */
export const STORED_SCALE: NumberScale = { least: 0 };

/** The text of a number in plain digits. */
export function formatNumber(digits: string, { least, isQuotient }: NumberScale): string {
  if (!/^-?\d/.test(digits)) return digits;
  const trimmed = trimFraction(digits);
  const wanted = isQuotient === true ? Math.max(least, quotientDigits(trimmed)) : least;
  if (wanted === 0) return trimmed;
  const point = trimmed.indexOf('.');
  const places = point < 0 ? 0 : trimmed.length - point - 1;
  return `${trimmed}${point < 0 ? '.' : ''}${'0'.repeat(Math.max(0, wanted - places))}`;
}

/** PostgreSQL's digits are of base 10,000, of which a quotient has four. */
const BASE_DIGITS = 4;
const SIGNIFICANT_DIGITS = 16;

/** How many digits follow the point of a quotient, if PostgreSQL computed it from its operands. */
function quotientDigits(trimmed: string): number {
  const [whole = '', fraction = ''] = trimmed.replace('-', '').split('.');
  const first = fraction.search(/[1-9]/);
  if (whole === '0' && first < 0) return SIGNIFICANT_DIGITS + BASE_DIGITS;
  const exponent = whole === '0' ? -first - 1 : whole.length - 1;
  const weight = Math.floor(exponent / BASE_DIGITS);
  // Equal operands count as a quotient below one.
  const isPower = /^0*10*$/.test(whole + fraction) && exponent === weight * BASE_DIGITS;
  return Math.max(0, SIGNIFICANT_DIGITS - BASE_DIGITS * (isPower ? weight - 1 : weight));
}
