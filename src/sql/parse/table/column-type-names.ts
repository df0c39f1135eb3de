import { postgresColumnType } from '../../types/column-types.ts';
import {
  DECLARED_TYPE_NAMES,
  type DeclaredType,
  declareType,
  MAX_NUMERIC_DIGITS,
  toSqlType,
} from '../../../catalog/declared-type.ts';
import { DEFAULT_STORED_TIME, toStoredPattern } from '../../../catalog/stored-time.ts';
import type { SqlType, TimeType } from '../../../catalog/table-def.ts';
import { keyTypeFor } from '../../../catalog/schemas/column-types.ts';
import { TYPE_NAMES, TYPES } from '../../types/types.ts';
import type { ParsedType } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';

interface TypeSpec {
  /** PostgreSQL's names for the type. */
  readonly names: readonly string[];
  /** The maximum number of type modifiers in parentheses. */
  readonly modifiers: number;
  readonly type: SqlType;
}

const namesOfKind = (kind: SqlType['kind']): readonly string[] =>
  TYPE_NAMES.filter((name) => TYPES[name].column === kind).flatMap((name) => [
    ...new Set([name, TYPES[name].typname, ...TYPES[name].aliases]),
  ]);

function toTimeType(kind: TimeType['kind']): TimeType {
  return { kind, stored: DEFAULT_STORED_TIME[kind] };
}

/** The types that columns of tables may have. */
const COLUMN_TYPE_NAMES: Readonly<Record<SqlType['kind'], TypeSpec>> = {
  text: { names: namesOfKind('text'), modifiers: 1, type: { kind: 'text' } },
  bigint: {
    names: namesOfKind('bigint'),
    modifiers: 0,
    type: { kind: 'bigint' },
  },
  // PostgreSQL has no such type.
  hugeint: { names: ['hugeint'], modifiers: 0, type: { kind: 'hugeint' } },
  decimal: { names: namesOfKind('decimal'), modifiers: 2, type: { kind: 'decimal', scale: 0 } },
  // `numeric` is the name of decimals.
  number: { names: [], modifiers: 0, type: { kind: 'number' } },
  double: {
    names: namesOfKind('double'),
    modifiers: 1,
    type: { kind: 'double' },
  },
  blob: { names: namesOfKind('blob'), modifiers: 0, type: { kind: 'blob' } },
  boolean: { names: namesOfKind('boolean'), modifiers: 0, type: { kind: 'boolean' } },
  timestamptz: { names: namesOfKind('timestamptz'), modifiers: 1, type: toTimeType('timestamptz') },
  timestamp: { names: namesOfKind('timestamp'), modifiers: 1, type: toTimeType('timestamp') },
  date: { names: namesOfKind('date'), modifiers: 0, type: toTimeType('date') },
  json: { names: namesOfKind('json'), modifiers: 0, type: { kind: 'json' } },
};

const SPECS = Object.values(COLUMN_TYPE_NAMES);
const NAMES = SPECS.flatMap((spec) => spec.names.map((name) => ({ name, spec }))).toSorted(
  (a, b) => b.name.length - a.name.length,
);

/** Whether the next tokens are a type. */
export function isTypeNext(reader: TokenReader): boolean {
  return NAMES.some(({ name }) => reader.isNext(name));
}

/** Reads the type of a column. */
export function readType(reader: TokenReader): ParsedType {
  const { position } = reader;
  const found = NAMES.find(({ name }) => reader.accept(name));
  if (found === undefined) {
    if (TIMES.some((name) => reader.isNext(name)))
      throw reader.error(
        'SQL_NOT_SUPPORTED',
        'a column of this type is not supported: DynamoDB has no times of day and no intervals',
        'Use text, or timestamp with time zone.',
      );
    throw reader.unexpected(`a type (${[...DECLARED_TYPE_NAMES, ...TIME_TYPE_NAMES].join(', ')})`);
  }
  const { name, spec } = found;
  const max = spec.modifiers;
  const modifiers =
    max > 0 && reader.isNext('(') ? reader.readList(() => reader.readInteger('an integer')) : [];
  if (modifiers.length > max)
    throw reader.error(
      'SQL_SYNTAX',
      `type ${name} allows at most ${max} type ${max === 1 ? 'modifier' : 'modifiers'}`,
    );
  if (reader.isNext('['))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'a column of an array type is not supported',
      'Use json, in which lists and sets of items are read and written.',
    );
  const text = modifiers.length === 0 ? name : `${name}(${modifiers.join(', ')})`;
  if ('stored' in spec.type) return readTimeType(reader, { text, type: spec.type, modifiers, position });
  const declared = toDeclaredType(name, modifiers);
  if (declared === undefined && modifiers.length > 0)
    throw reader.error('SQL_SYNTAX', `type modifier is not allowed for type "${name}"`);
  const type = declared === undefined ? spec.type : toSqlType(declared);
  if (type === undefined)
    throw reader.error('SQL_TABLE_DEFINITION', `${text}: numbers have at most ${MAX_NUMERIC_DIGITS} digits`);
  return {
    text,
    type,
    ...(declared === undefined ? {} : { declared }),
    key: keyTypeFor(type),
    position,
  };
}

/** `timestamp(3)` has three digits of a second's fraction, of the six that PostgreSQL has. */
function readTimeType(
  reader: TokenReader,
  { text, type, modifiers: [digits], position }: TimeParts,
): ParsedType {
  const isZoned = type.kind === 'timestamptz' || (digits !== undefined && reader.accept('with time zone'));
  if (digits !== undefined && !isZoned) reader.accept('without time zone');
  if (digits !== undefined && (digits < 0 || digits > MAX_FRACTION_DIGITS))
    throw reader.error('SQL_TABLE_DEFINITION', `${text}: a second has at most ${MAX_FRACTION_DIGITS} digits`);
  const kind = type.kind === 'date' ? 'date' : isZoned ? 'timestamptz' : 'timestamp';
  const stored =
    digits === undefined || kind === 'date' ? DEFAULT_STORED_TIME[kind] : toStoredPattern(kind, digits);
  return { text, type: { kind, stored }, key: 'S', position };
}

interface TimeParts {
  readonly text: string;
  readonly type: TimeType;
  readonly modifiers: readonly number[];
  readonly position: number;
}

const MAX_FRACTION_DIGITS = 6;

/** `float(n)` is `real` up to 24 bits. Dates and timestamps have no declared type. */
function toDeclaredType(name: string, modifiers: readonly number[]): DeclaredType | undefined {
  const [bits] = modifiers;
  if (name !== 'float' || bits === undefined) return declareType(name, modifiers);
  return declareType(bits <= 24 ? 'real' : 'double precision');
}

const TIME_TYPE_NAMES = SPECS.flatMap(({ type }) => ('stored' in type ? postgresColumnType(type) : []));

const TIMES = TYPE_NAMES.map((name) => TYPES[name])
  .filter(({ category, column }) => (category === 'D' || category === 'T') && column === undefined)
  .map(({ typname }) => typname);
