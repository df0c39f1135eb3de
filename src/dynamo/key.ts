import type { Key } from './read/access-path.ts';
import type { AttributeValue, KeyValue } from './attribute-value.ts';

/** A string that is the same for two keys if and only if DynamoDB considers them equal. */
export function keyIdentity(key: Key): string {
  const names = Object.keys(key);
  if (names.length > 1) names.sort();
  let identity = '';
  for (const name of names) identity += formatPart(name, key[name]);
  return identity;
}

/** The lengths make the concatenation unambiguous. */
function formatPart(name: string, value: KeyValue | undefined): string {
  if (value === undefined) return '';
  const [type, text] =
    'S' in value ? ['S', value.S] : 'B' in value ? ['B', value.B] : ['N', toCanonicalNumber(value.N)];
  return `${name.length}:${name}${type}${text.length}:${text}`;
}

/** The keys without duplicates. */
export function distinctKeys(keys: readonly Key[]): readonly Key[] {
  if (keys.length < 2) return keys;
  const seen = new Map<string, Key>();
  for (const key of keys) {
    const identity = keyIdentity(key);
    if (!seen.has(identity)) seen.set(identity, key);
  }
  return [...seen.values()];
}

/** Compares values in DynamoDB's sort order; undefined for values of different types. */
export function compareKeyValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N);
  return undefined;
}

/** The size of a key value by DynamoDB's rules. */
export function keyValueBytes(value: KeyValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  return Math.ceil(significantDigits(value.N) / 2) + 1;
}

interface Decimal {
  readonly negative: boolean;
  /** Without leading and trailing zeros; empty for zero. */
  readonly digits: string;
  /** The exponent: the value is 0.digits times ten to this power. */
  readonly power: number;
}

const [ZERO = 0, NINE = 0, LETTER_E = 0, SMALL_LETTER_E = 0] = Buffer.from('09Ee');

/** The number of significant digits. */
export function significantDigits(text: string): number {
  let digits = 0;
  let zeros = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LETTER_E || code === SMALL_LETTER_E) break;
    if (code === ZERO) zeros += 1;
    else if (code > ZERO && code <= NINE) {
      // Zeros count only between other digits.
      digits += digits === 0 ? 1 : zeros + 1;
      zeros = 0;
    }
  }
  return digits;
}

function parseDecimal(text: string): Decimal {
  const [, signum, whole = '', fraction = '', exponent = '0'] =
    /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { negative: false, digits, power: 0 };
  return { negative: signum === '-', digits, power: whole.length - leading + Number(exponent) };
}

function toCanonicalNumber(text: string): string {
  const { negative, digits, power } = parseDecimal(text);
  return digits === '' ? '0' : `${negative ? '-' : ''}0.${digits}e${power}`;
}

function sign({ digits, negative }: Decimal): number {
  if (digits === '') return 0;
  return negative ? -1 : 1;
}

/** Compares two numbers by their digits, of any length. */
export function compareNumbers(left: string, right: string): number {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  if (sign(a) !== sign(b)) return sign(a) - sign(b);
  const magnitude = a.power - b.power || (a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0);
  return a.negative ? 0 - magnitude : magnitude;
}
