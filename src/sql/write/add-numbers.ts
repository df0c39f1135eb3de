import { significantDigits } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import { expandExponent, trimFraction } from '../types/number-value.ts';

/** The sum as DynamoDB computes it; undefined beyond its 38 digits, where it refuses the update. */
export function addNumbers(left: string, right: string): string | undefined {
  const [a, b] = [expandExponent(left), expandExponent(right)];
  const scale = Math.max(countDecimals(a), countDecimals(b));
  const sum = toScaled(a, scale) + toScaled(b, scale);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : trimFraction(`${whole}.${digits.slice(-scale)}`);
  return significantDigits(text) > LIMITS.numberDigits.max ? undefined : `${sum < 0n ? '-' : ''}${text}`;
}

/** The number with the opposite sign. */
export function negateNumber(digits: string): string {
  return digits.startsWith('-') ? digits.slice(1) : `-${digits.replace('+', '')}`;
}

function countDecimals(digits: string): number {
  const point = digits.indexOf('.');
  return point < 0 ? 0 : digits.length - point - 1;
}

function toScaled(digits: string, scale: number): bigint {
  return BigInt(digits.replace('.', '') + '0'.repeat(scale - countDecimals(digits)));
}
