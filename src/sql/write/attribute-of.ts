import type { KeyAttribute } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeType, AttributeValue } from '../../dynamo/attribute-value.ts';
import { significantDigits } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import { attributeOfJson, shortened } from './json-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/** What is known of the place that a value is written to. */
export interface Destination {
  /** As messages call it. */
  readonly label: string;
  /** Where the table's or an index's key takes one type only. */
  readonly key: (KeyAttribute & { readonly of: 'table' | 'index' }) | undefined;
  /** The types that sampling saw there. */
  readonly seen: Readonly<Partial<Record<AttributeType, number>>>;
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const BOOLEANS = new Map([
  ...['t', 'true', 'y', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['f', 'false', 'n', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/**
 * A value as DynamoDB stores it; undefined where there is to be no attribute. A typed value keeps its type. Untyped text
 * follows its column: a key's declared type, or the one type that all sampled items have there.
 */
export function attributeOf(value: StoredInput, to: Destination): AttributeValue | undefined {
  if (to.key !== undefined) return keyAttributeOf(value, to.key, to);
  const only = onlyType(to.seen);
  if (value.kind === 'text' && value.untyped) {
    const followed = follow(value.text, only, to);
    if (followed !== undefined) return followed;
  }
  const stored = plain(value, to);
  return stored === undefined ? undefined : asSet(stored, only);
}

/** The type that all sampled items have there. */
function onlyType(seen: Destination['seen']): string | undefined {
  let only: string | undefined;
  for (const type in seen) {
    if (only !== undefined) return undefined;
    only = type;
  }
  return only;
}

function plain(value: StoredInput, to: Destination): AttributeValue | undefined {
  switch (value.kind) {
    case 'missing':
      return undefined;
    case 'null':
      return { NULL: true };
    case 'text':
      return { S: value.text };
    case 'number':
      return { N: checkedNumber(value.text, to) };
    case 'boolean':
      return { BOOL: value.value };
    case 'bytes':
      return { B: Buffer.from(value.bytes).toString('base64') };
    case 'json':
      return attributeOfJson(value.text);
    case 'array':
      return { L: value.items.map((item) => plain(item, to) ?? { NULL: true }) };
    case 'attribute':
      return value.value;
  }
}

/** What untyped text is in a column whose values are all of one type; undefined where it stays text. */
function follow(text: string, type: string | undefined, to: Destination): AttributeValue | undefined {
  switch (type) {
    case 'N':
      if (!NUMBER.test(text)) throw misfit(`${shortened(text)} is no number`, to, 'numbers');
      return { N: checkedNumber(text.trim(), to) };
    case 'BOOL': {
      const found = BOOLEANS.get(text.trim().toLowerCase());
      if (found === undefined) throw misfit(`${shortened(text)} is neither true nor false`, to, 'booleans');
      return { BOOL: found };
    }
    case 'B':
      return { B: bytesOfText(text, to).toString('base64') };
    case 'M':
    case 'L':
    case 'SS':
    case 'NS':
    case 'BS':
      return asSet(attributeOfJson(text), type);
    case undefined:
    default:
      return undefined;
  }
}

/** A list becomes a set where the column holds sets and the list's members can be such a set's. */
function asSet(value: AttributeValue, type: string | undefined): AttributeValue {
  if (!('L' in value) || value.L.length === 0) return value;
  if (type === 'SS') {
    const texts = value.L.flatMap((member) => ('S' in member ? [member.S] : []));
    return texts.length === value.L.length ? { SS: texts } : value;
  }
  if (type === 'NS') {
    const numbers = value.L.flatMap((member) => ('N' in member ? [member.N] : []));
    return numbers.length === value.L.length ? { NS: numbers } : value;
  }
  if (type === 'BS') {
    const bytes = value.L.flatMap((member) => ('B' in member ? [member.B] : []));
    return bytes.length === value.L.length ? { BS: bytes } : value;
  }
  return value;
}

function keyAttributeOf(
  value: StoredInput,
  { type, of }: NonNullable<Destination['key']>,
  to: Destination,
): AttributeValue | undefined {
  if (value.kind === 'missing' || (value.kind === 'null' && of === 'table')) {
    if (of === 'index') return undefined;
    throw new DriverError('SQL_NOT_NULL', `${to.label} is part of the table's key and needs a value.`);
  }
  if (value.kind === 'null')
    throw new DriverError(
      'SQL_BAD_VALUE',
      `${to.label} is part of an index's key, which cannot be NULL: DEFAULT leaves the attribute out.`,
    );
  const stored = keyOfType(value, type, to);
  if (type in stored) return stored;
  throw new DriverError(
    'SQL_BAD_VALUE',
    `${to.label} is part of ${of === 'table' ? "the table's" : "an index's"} key, whose type is ${type}, not ${Object.keys(stored).join('')}.`,
  );
}

function keyOfType(value: StoredInput, type: KeyAttribute['type'], to: Destination): AttributeValue {
  if (type === 'N' && value.kind === 'text') {
    if (!NUMBER.test(value.text)) throw misfit(`${shortened(value.text)} is no number`, to, 'numbers');
    return { N: checkedNumber(value.text.trim(), to) };
  }
  // As PostgreSQL assigns a number to a text column.
  if (type === 'S' && value.kind === 'number') return { S: value.text };
  if (type === 'B' && value.kind === 'text' && value.untyped)
    return { B: bytesOfText(value.text, to).toString('base64') };
  return plain(value, to) ?? { NULL: true };
}

function checkedNumber(text: string, to: Destination): string {
  if (!NUMBER.test(text))
    throw new DriverError('SQL_BAD_VALUE', `${to.label}: DynamoDB has no number ${text}.`);
  const digits = significantDigits(text);
  if (digits > LIMITS.numberDigits.most)
    throw new DriverError(
      'SQL_BAD_VALUE',
      `${to.label}: ${shortened(text)} has ${digits} significant digits, and DynamoDB keeps ${LIMITS.numberDigits.most}.`,
      { remedy: 'Round it, or store it as text.' },
    );
  return text;
}

/** PostgreSQL's two spellings of bytea: `\x` and hexadecimal digits, or the characters themselves. */
function bytesOfText(text: string, to: Destination): Buffer {
  if (!text.startsWith('\\x')) return Buffer.from(text.replaceAll('\\\\', '\\'), 'utf8');
  const digits = text.slice(2);
  if (!/^(?:[\da-fA-F]{2})*$/.test(digits))
    throw misfit(`${shortened(text)} is no hexadecimal bytea`, to, 'binary values');
  return Buffer.from(digits, 'hex');
}

function misfit(what: string, { label, key }: Destination, type: string): DriverError {
  return new DriverError('SQL_BAD_VALUE', `${label} holds ${type}, and ${what}.`, {
    remedy:
      key === undefined
        ? "A cast stores the value as it is, whatever the column's other values are: '…'::text."
        : 'Pass a value of the type of the key.',
  });
}
