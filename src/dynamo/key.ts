import type { Key } from './access-path.ts';
import type { AttributeValue, KeyValue } from './attribute-value.ts';

/** A text that two keys share exactly when DynamoDB takes them for the same. */
export function keyIdentity(key: Key): string {
  return JSON.stringify(
    Object.entries(key)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, 'N' in value ? { N: canonicalNumber(value.N) } : value]),
  );
}

/** The keys without those that say the same again. */
export function distinctKeys(keys: readonly Key[]): readonly Key[] {
  const seen = new Map<string, Key>();
  for (const key of keys) {
    const identity = keyIdentity(key);
    if (!seen.has(identity)) seen.set(identity, key);
  }
  return [...seen.values()];
}

/** Negative, zero or positive, in DynamoDB's order; undefined for values that have none, being of different types. */
export function compareKeyValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N);
  return undefined;
}

/** The size that DynamoDB counts for a key value. */
export function keyValueBytes(value: KeyValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  return Math.ceil(decimalOf(value.N).digits.length / 2) + 1;
}

interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  /** The value is 0.digits times ten to this power. */
  readonly power: number;
}

/** How many digits a number needs. */
export function significantDigits(text: string): number {
  return decimalOf(text).digits.length;
}

function decimalOf(text: string): Decimal {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { negative: false, digits, power: 0 };
  return { negative: sign === '-', digits, power: whole.length - leading + Number(exponent) };
}

function canonicalNumber(text: string): string {
  const { negative, digits, power } = decimalOf(text);
  return digits === '' ? '0' : `${negative ? '-' : ''}0.${digits}e${power}`;
}

function sign({ digits, negative }: Decimal): number {
  if (digits === '') return 0;
  return negative ? -1 : 1;
}

function compareNumbers(left: string, right: string): number {
  const a = decimalOf(left);
  const b = decimalOf(right);
  if (sign(a) !== sign(b)) return sign(a) - sign(b);
  const magnitude = a.power - b.power || (a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0);
  return a.negative ? -magnitude : magnitude;
}
