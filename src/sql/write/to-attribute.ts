import { abbreviate } from '../../core/abbreviate.ts';
import type { KeyAttribute } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeType, AttributeValue } from '../../dynamo/attribute-value.ts';
import { keyIdentity, significantDigits } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { DeclaredType } from '../../catalog/declared-type.ts';
import { toDeclaredAttribute } from './declared-value.ts';
import { parseJsonAttribute, parseTypedDocument } from './json-attribute.ts';
import { replaceWithin } from './replace-value.ts';
import type { StoredInput } from './stored-input.ts';
import { type TimeTarget, toTimeAttribute } from './time-attribute.ts';

/** What is known about the attribute that a value is written to. */
export interface AttributeTarget {
  /** Its name in messages. */
  readonly label: string;
  /** Set if it is part of the key of the table or an index, which accepts one type only. */
  readonly key: (KeyAttribute & { readonly of: 'table' | 'index'; readonly table: string }) | undefined;
  /** How many sampled items have each type there. */
  readonly seen: Readonly<Partial<Record<AttributeType, number>>>;
  /** The type that the column is declared with. */
  readonly declared?: DeclaredType | undefined;
  /** Set if the column holds dates or timestamps. */
  readonly time?: TimeTarget | undefined;
  /** The declared columns that lie within a document. */
  readonly members?: readonly MemberTarget[] | undefined;
}

/** A column within a document, by its path there. */
export interface MemberTarget extends AttributeTarget {
  readonly within: readonly (string | number)[];
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const BOOLEANS = new Map([
  ...['t', 'true', 'y', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['f', 'false', 'n', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/**
 * A value as DynamoDB stores it; undefined: the attribute is left out. A typed value keeps its type. An untyped literal
 * takes the type of its column: the declared type of a key, or the one type that all sampled items have there.
 */
export function toAttribute(value: StoredInput, to: AttributeTarget): AttributeValue | undefined {
  const stored = convert(value, to);
  return stored === undefined || to.members === undefined ? stored : to.members.reduce(conformMember, stored);
}

function conformMember(document: AttributeValue, { within, ...to }: MemberTarget): AttributeValue {
  const value = findWithin(document, within);
  if (value === undefined || 'NULL' in value) return document;
  const stored = convert({ kind: 'attribute', value }, to);
  return stored === undefined ? document : replaceWithin(document, within, stored);
}

function findWithin(
  document: AttributeValue,
  [step, ...rest]: readonly (string | number)[],
): AttributeValue | undefined {
  if (step === undefined) return document;
  const inside =
    typeof step === 'number'
      ? 'L' in document
        ? document.L[step]
        : undefined
      : 'M' in document && Object.hasOwn(document.M, step)
        ? document.M[step]
        : undefined;
  return inside && findWithin(inside, rest);
}

function convert(value: StoredInput, to: AttributeTarget): AttributeValue | undefined {
  if (to.key !== undefined) return toKeyAttribute(value, to.key, to);
  const time = to.time && toTimeAttribute(value, to.time, to.label);
  if (time !== undefined) return time;
  const only = onlyType(to.seen);
  if (value.kind === 'text' && value.untyped && to.declared === undefined) {
    const converted = convertUntyped(value.text, only, to);
    if (converted !== undefined) return converted;
  }
  const stored = toDeclared(value, to) ?? convertAsIs(value, to);
  if (stored === undefined) return undefined;
  if (value.kind !== 'attribute') assertNotEmptySet(stored, only, to);
  return asSet(stored, only);
}

/** A list would be stored instead of an empty set, and later arrays would become lists as well. */
function assertNotEmptySet(
  value: AttributeValue,
  only: string | undefined,
  { label }: AttributeTarget,
): void {
  if (only !== 'SS' && only !== 'NS' && only !== 'BS') return;
  // `'{}'` is PostgreSQL's empty array, too.
  const isEmpty = 'L' in value ? value.L.length === 0 : 'M' in value && Object.keys(value.M).length === 0;
  if (!isEmpty) return;
  throw new DriverError(
    'SQL_BAD_VALUE',
    `cannot store an empty array in column "${label}", which holds sets: DynamoDB has no empty sets`,
    { remedy: `Write NULL, or DEFAULT to leave the attribute out: SET ${label} = DEFAULT.` },
  );
}

/** The type of the attribute in all sampled items; undefined if they differ or none has it. */
function onlyType(seen: AttributeTarget['seen']): string | undefined {
  let only: string | undefined;
  for (const type in seen) {
    if (only !== undefined) return undefined;
    only = type;
  }
  return only;
}

/** A value in a column of a declared type; undefined if the column has none, or takes the value as it is. */
function toDeclared(value: StoredInput, { declared, label }: AttributeTarget): AttributeValue | undefined {
  if (declared === undefined || value.kind === 'null' || value.kind === 'missing') return undefined;
  const stored = toDeclaredAttribute(value, { declared, label });
  if (stored !== undefined && 'N' in stored) validateNumber(stored.N, { label, key: undefined, seen: {} });
  return stored;
}

function convertAsIs(value: StoredInput, to: AttributeTarget): AttributeValue | undefined {
  switch (value.kind) {
    case 'missing':
      return undefined;
    case 'null':
      return { NULL: true };
    case 'text':
      return { S: value.text };
    case 'number':
      return { N: validateNumber(value.text, to) };
    case 'boolean':
      return { BOOL: value.value };
    case 'bytes':
      return { B: Buffer.from(value.bytes).toString('base64') };
    case 'json':
      return value.typed === true ? parseTypedDocument(value.text, to.label) : parseJsonAttribute(value.text);
    case 'array':
      return { L: value.items.map((item) => convertAsIs(item, to) ?? { NULL: true }) };
    case 'attribute':
      return value.value;
  }
}

/** An untyped literal in a column whose values are all of one type; undefined: it stays a string. */
function convertUntyped(
  text: string,
  type: string | undefined,
  to: AttributeTarget,
): AttributeValue | undefined {
  switch (type) {
    case 'N':
      if (!NUMBER.test(text)) throw invalidInput('numeric', text, to);
      return { N: validateNumber(text.trim(), to) };
    case 'BOOL': {
      const value = BOOLEANS.get(text.trim().toLowerCase());
      if (value === undefined) throw invalidInput('boolean', text, to);
      return { BOOL: value };
    }
    case 'B':
      return { B: parseBytea(text, to).toString('base64') };
    case 'M':
    case 'L':
    case 'SS':
    case 'NS':
    case 'BS': {
      const value = parseJsonAttribute(text);
      assertNotEmptySet(value, type, to);
      return asSet(value, type);
    }
    case undefined:
    default:
      return undefined;
  }
}

/** A list becomes a set if the column holds sets and all members of the list have the set's member type. Duplicates are left out. */
function asSet(value: AttributeValue, type: string | undefined): AttributeValue {
  if (!('L' in value) || value.L.length === 0) return value;
  if (type === 'SS') {
    const strings = value.L.flatMap((member) => ('S' in member ? [member.S] : []));
    return strings.length === value.L.length ? { SS: [...new Set(strings)] } : value;
  }
  if (type === 'NS') {
    const numbers = value.L.flatMap((member) => ('N' in member ? [member.N] : []));
    return numbers.length === value.L.length ? { NS: distinctNumbers(numbers) } : value;
  }
  if (type === 'BS') {
    const bytes = value.L.flatMap((member) => ('B' in member ? [member.B] : []));
    return bytes.length === value.L.length ? { BS: [...new Set(bytes)] } : value;
  }
  return value;
}

/** Equal numbers may have different digits: 1 and 1.0. */
function distinctNumbers(numbers: readonly string[]): string[] {
  return [...new Map(numbers.map((N) => [keyIdentity({ N: { N } }), N])).values()];
}

function toKeyAttribute(
  value: StoredInput,
  { type, of, table }: NonNullable<AttributeTarget['key']>,
  to: AttributeTarget,
): AttributeValue | undefined {
  if (value.kind === 'missing' && of === 'index') return undefined;
  if (value.kind === 'missing' || (value.kind === 'null' && of === 'table'))
    throw notNullError(to.label, table);
  if (value.kind === 'null')
    throw new DriverError(
      'SQL_BAD_VALUE',
      `column "${to.label}" is part of an index key and cannot be NULL`,
      { remedy: 'Write DEFAULT to leave the attribute out.' },
    );
  const time = to.time && toTimeAttribute(value, to.time, to.label);
  const stored = time ?? toDeclared(value, to) ?? convertToKeyType(value, type, to);
  if (type in stored) return stored;
  throw new DriverError(
    'SQL_BAD_VALUE',
    `column "${to.label}" is part of ${of === 'table' ? 'the table key' : 'an index key'} of type ${type} but the value is of type ${Object.keys(stored).join('')}`,
  );
}

function convertToKeyType(
  value: StoredInput,
  type: KeyAttribute['type'],
  to: AttributeTarget,
): AttributeValue {
  if (type === 'N' && value.kind === 'text') {
    if (!NUMBER.test(value.text)) throw invalidInput('numeric', value.text, to);
    return { N: validateNumber(value.text.trim(), to) };
  }
  // PostgreSQL also assigns a number to a text column without a cast.
  if (type === 'S' && value.kind === 'number') return { S: value.text };
  if (type === 'B' && value.kind === 'text' && value.untyped)
    return { B: parseBytea(value.text, to).toString('base64') };
  return convertAsIs(value, to) ?? { NULL: true };
}

function validateNumber(text: string, to: AttributeTarget): string {
  if (!NUMBER.test(text))
    throw new DriverError('SQL_BAD_VALUE', `DynamoDB cannot store the number ${text} (column "${to.label}")`);
  const digits = significantDigits(text);
  if (digits > LIMITS.numberDigits.max)
    throw new DriverError(
      'SQL_BAD_VALUE',
      `the number ${abbreviate(text)} for column "${to.label}" has ${digits} significant digits, but DynamoDB keeps only ${LIMITS.numberDigits.max}`,
      { remedy: 'Round the number, or store it as text.' },
    );
  return text;
}

/** PostgreSQL's two input formats of bytea: `\x` and hexadecimal digits, or the characters themselves. */
function parseBytea(text: string, to: AttributeTarget): Buffer {
  if (!text.startsWith('\\x')) return Buffer.from(text.replaceAll('\\\\', '\\'), 'utf8');
  const digits = text.slice(2);
  if (!/^(?:[\da-fA-F]{2})*$/.test(digits)) throw invalidInput('bytea', text, to);
  return Buffer.from(digits, 'hex');
}

const CONTENTS = { numeric: 'numbers', boolean: 'booleans', bytea: 'binary values' } as const;

function invalidInput(
  type: keyof typeof CONTENTS,
  text: string,
  { label, key }: AttributeTarget,
): DriverError {
  return new DriverError(
    'SQL_BAD_VALUE',
    `invalid input syntax for type ${type}: ${abbreviate(text)} (column "${label}" holds ${CONTENTS[type]})`,
    {
      remedy:
        key === undefined
          ? "Correct the value, or cast it to store it as a string next to the column's other values: '…'::text."
          : 'Pass a value of the type of the key.',
    },
  );
}

/** PostgreSQL's error for a key column without a value. */
export function notNullError(column: string, table: string): DriverError {
  return new DriverError(
    'SQL_NOT_NULL',
    `null value in column "${column}" of relation "${table}" violates not-null constraint`,
  );
}
