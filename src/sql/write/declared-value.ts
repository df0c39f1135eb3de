import type { DeclaredType, DeclaredTypeName } from '../../catalog/declared-type.ts';
import { formatDeclaredType } from '../../catalog/declared-type.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { roundExact } from '../types/exact-arithmetic.ts';
import { abs, type ExactNumber, formatExactNumber, parseExactNumber, pow10 } from '../types/exact-number.ts';
import { stripMarks } from '../types/document-marks.ts';
import { toPlainJson } from '../types/plain-document.ts';
import { formatArray, formatBytea, formatFloat } from '../types/text-format.ts';
import { parseBoolean, parseBytea, parseInteger, parseNumber, parseUuid } from '../types/text-input.ts';
import { parseJsonAttribute } from './json-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/** A value that a column takes: neither NULL nor left out. */
type PresentInput = Exclude<StoredInput, { kind: 'null' | 'missing' }>;

/**
 * A value in a column of a declared type, as PostgreSQL assigns it: a string is read as the type's input, a number is rounded
 * to the scale, and anything is printed into text. Undefined for a document, which a json column takes as it is. Throws the
 * errors of PostgreSQL for what the type cannot hold.
 */
export function toDeclaredAttribute(value: PresentInput, column: DeclaredTarget): AttributeValue | undefined {
  const input = value.kind === 'attribute' ? toScalarInput(value.value) : value;
  try {
    return CONVERSIONS[column.declared.name](input, column.declared);
  } catch (error) {
    throw withColumn(error, column, input);
  }
}

/** A column with a declared type. */
export interface DeclaredTarget {
  /** Its name in messages. */
  readonly label: string;
  readonly declared: DeclaredType;
}

/** Adds the column to an error of a conversion, which knows the type alone. */
function withColumn(error: unknown, { label, declared }: DeclaredTarget, input: PresentInput): unknown {
  if (error === MISMATCH)
    return new DriverError(
      'SQL_TYPE_MISMATCH',
      `column "${label}" is of type ${formatDeclaredType(declared)} but expression is of type ${describeType(input)}`,
    );
  if (!(error instanceof DriverError)) return error;
  return new DriverError(error.code, `${error.message} (column "${label}")`, {
    cause: error,
    remedy: REMEDIES[error.code] ?? error.remedy,
  });
}

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  SQL_NUMERIC_RANGE: 'Correct the value, or declare a wider type for the column.',
  SQL_BAD_ARGUMENT: 'Write \\x followed by pairs of hexadecimal digits.',
};

/** Thrown for a value of a type that PostgreSQL does not assign to the column's. */
const MISMATCH = new Error('type mismatch');

type Conversion = (value: PresentInput, declared: DeclaredType) => AttributeValue | undefined;

const CONVERSIONS: Readonly<Record<DeclaredTypeName, Conversion>> = {
  text: (value) => ({ S: toText(value) }),
  'character varying': (value, declared) => ({ S: toLimitedText(toText(value), declared) }),
  // DynamoDB compares strings with their blanks, so character(n) is neither padded nor keeps blanks at its end.
  character: (value, declared) => ({ S: toLimitedText(toText(value), declared).replace(/ +$/, '') }),
  uuid: (value) => ({ S: parseUuid(requireText(value)) }),
  smallint: toInteger(15n),
  integer: toInteger(31n),
  bigint: toInteger(63n),
  hugeint: toInteger(127n),
  numeric: toNumeric,
  real: toFloat('real'),
  'double precision': toFloat('double precision'),
  boolean: (value) => ({
    BOOL: value.kind === 'boolean' ? value.value : parseBoolean(requireText(value)),
  }),
  bytea: (value) => {
    const bytes = value.kind === 'bytes' ? value.bytes : parseBytea(requireText(value));
    return { B: Buffer.from(bytes).toString('base64') };
  },
  json: toDocument,
  jsonb: toDocument,
};

/** PostgreSQL's type of a value, which of a number is the narrowest that holds it. */
function describeType(value: PresentInput): string {
  if (value.kind !== 'number') return TYPE_NAMES[value.kind];
  if (!/^[+-]?\d+$/.test(value.text)) return 'numeric';
  const integer = BigInt(value.text.replace(/^\+/, ''));
  if (BigInt.asIntN(32, integer) === integer) return 'integer';
  return BigInt.asIntN(64, integer) === integer ? 'bigint' : 'numeric';
}

const TYPE_NAMES = {
  text: 'text',
  boolean: 'boolean',
  bytes: 'bytea',
  json: 'jsonb',
  array: 'array',
  attribute: 'jsonb',
} as const satisfies Record<Exclude<PresentInput['kind'], 'number'>, string>;

function requireText(value: PresentInput): string {
  if (value.kind !== 'text') throw MISMATCH;
  return value.text;
}

/** PostgreSQL casts every type to text when it assigns. */
function toText(value: PresentInput): string {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'json':
      return value.typed === true ? stripMarks(value.text) : value.text;
    case 'number': {
      const exact = parseExactNumber(value.text);
      return exact === undefined ? value.text : formatExactNumber(exact);
    }
    case 'boolean':
      return value.value ? 'true' : 'false';
    case 'bytes':
      return formatBytea(value.bytes);
    case 'array':
      return formatArray(value.items.map(toElementText), value.items.some(isArray));
    case 'attribute':
      return toPlainJson(value.value);
  }
}

function toElementText(item: StoredInput): string | null {
  if (item.kind === 'null' || item.kind === 'missing') return null;
  // Within arrays PostgreSQL prints booleans as it prints them alone.
  return item.kind === 'boolean' ? (item.value ? 't' : 'f') : toText(item);
}

function isArray({ kind }: StoredInput): boolean {
  return kind === 'array';
}

function toLimitedText(text: string, declared: DeclaredType): string {
  const [length = declared.name === 'character' ? 1 : Infinity] = declared.modifiers;
  // Every character has at most two UTF-16 units, so that most strings need not be counted.
  if (text.length <= length) return text;
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  // PostgreSQL cuts off blanks, and refuses anything else.
  if (!/^ *$/.test(characters.slice(length).join('')))
    throw new DriverError('SQL_STRING_LENGTH', `value too long for type ${declared.name}(${String(length)})`);
  return characters.slice(0, length).join('');
}

/** Integers of a sign and this many bits. */
function toInteger(bits: bigint): Conversion {
  const bound = 2n ** bits;
  return (value, declared) => {
    if (value.kind !== 'number') {
      const text = requireText(value);
      return { N: String(parseInteger(text, declared.name, -bound, bound - 1n)) };
    }
    const rounded = roundExact(requireNumber(value.text, declared), 0);
    if (typeof rounded === 'string' || rounded.unscaled >= bound || rounded.unscaled < -bound)
      throw new DriverError('SQL_NUMERIC_RANGE', `${declared.name} out of range`);
    return { N: String(rounded.unscaled) };
  };
}

function toNumeric(value: PresentInput, declared: DeclaredType): AttributeValue {
  const digits = value.kind === 'number' ? value.text : parseNumber(requireText(value), 'numeric');
  const exact = requireNumber(digits, declared);
  const [precision, scale = 0] = declared.modifiers;
  if (typeof exact === 'string' && exact !== 'NaN' && precision !== undefined)
    throw new DriverError(
      'SQL_NUMERIC_RANGE',
      `numeric field overflow: a field with precision ${precision}, scale ${scale} cannot hold an infinite value`,
    );
  if (typeof exact === 'string')
    throw new DriverError('SQL_BAD_VALUE', `DynamoDB cannot store the number ${exact}`);
  // Without a precision the digits are stored as they are.
  if (precision === undefined) return { N: digits.trim() };
  const rounded = roundExact(exact, scale);
  if (typeof rounded === 'string' || abs(rounded.unscaled) >= pow10(precision))
    throw new DriverError(
      'SQL_NUMERIC_RANGE',
      `numeric field overflow: a field with precision ${precision}, scale ${scale} must round to an absolute value less than ${precision === scale ? '1' : `10^${precision - scale}`}`,
    );
  return { N: formatExactNumber(rounded) };
}

function toFloat(type: 'real' | 'double precision'): Conversion {
  return (value) => {
    const digits = value.kind === 'number' ? value.text : parseNumber(requireText(value), type);
    const double = Number(digits);
    const float = type === 'real' ? Math.fround(double) : double;
    if (/^[+-]?(?:nan|inf)/i.test(digits.trim()))
      throw new DriverError('SQL_BAD_VALUE', `DynamoDB cannot store the number ${digits.trim()}`);
    if (!Number.isFinite(float) || (float === 0 && /[1-9]/.test(digits.replace(/e.*/i, ''))))
      throw new DriverError('SQL_NUMERIC_RANGE', `"${digits.trim()}" is out of range for type ${type}`);
    return { N: formatFloat(float === 0 ? 0 : float, type) };
  };
}

function requireNumber(digits: string, declared: DeclaredType): ExactNumber {
  const exact = parseExactNumber(digits);
  if (exact === undefined)
    throw new DriverError(
      'SQL_NUMERIC_RANGE',
      declared.name === 'numeric' ? 'value overflows numeric format' : `${declared.name} out of range`,
    );
  return exact;
}

/** A string literal is read as JSON; every other value is stored with its type, as to_jsonb would make it. */
function toDocument(value: PresentInput): AttributeValue | undefined {
  return value.kind === 'text' && value.untyped ? parseJsonAttribute(value.text) : undefined;
}

/** The value of an attribute, so far as columns of other types than json take it. */
function toScalarInput(value: AttributeValue): PresentInput {
  if ('S' in value) return { kind: 'text', text: value.S };
  if ('N' in value) return { kind: 'number', text: value.N };
  if ('BOOL' in value) return { kind: 'boolean', value: value.BOOL };
  if ('B' in value) return { kind: 'bytes', bytes: Buffer.from(value.B, 'base64') };
  return { kind: 'attribute', value };
}
