import { postgresColumnType } from '../../types/column-types.ts';
import type { SqlType } from '../../../catalog/table-def.ts';
import { COLUMN_KINDS } from '../../../catalog/schemas/column-types.ts';
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
  double: {
    names: namesOfKind('double'),
    modifiers: 1,
    type: { kind: 'double' },
  },
  blob: { names: namesOfKind('blob'), modifiers: 0, type: { kind: 'blob' } },
  boolean: { names: namesOfKind('boolean'), modifiers: 0, type: { kind: 'boolean' } },
  json: { names: namesOfKind('json'), modifiers: 0, type: { kind: 'json' } },
};

const SPECS = Object.values(COLUMN_TYPE_NAMES);
const NAMES = SPECS.flatMap((spec) => spec.names.map((name) => ({ name, spec }))).toSorted(
  (a, b) => b.name.length - a.name.length,
);
/** The scale of `numeric` without modifiers. */
const DEFAULT_SCALE = 9;
const MAX_DIGITS = 38;

/** Whether the next tokens are a type. */
export function isTypeNext(reader: TokenReader): boolean {
  return NAMES.some(({ name }) => reader.isNext(name));
}

/** Reads the type of a column. */
export function readType(reader: TokenReader): ParsedType {
  const { position } = reader;
  const found = NAMES.find(({ name }) => reader.accept(name));
  if (found === undefined) {
    const types = SPECS.map(({ type }) =>
      type.kind === 'hugeint' ? type.kind : postgresColumnType(type),
    ).join(', ');
    if (TIMES.some((name) => reader.isNext(name)))
      throw reader.error(
        'SQL_NOT_SUPPORTED',
        'a date or time column is not supported: DynamoDB has no such type',
        'Use text with ISO 8601 values, which sort chronologically, or bigint with seconds.',
      );
    throw reader.unexpected(`a type (${types})`);
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
  const type = applyModifiers(spec.type, modifiers);
  if (type.kind === 'decimal' && type.scale > MAX_DIGITS)
    throw reader.error('SQL_TABLE_DEFINITION', `${text}: numbers have at most ${MAX_DIGITS} digits`);
  return { text, type, key: COLUMN_KINDS[type.kind].key, position };
}

function applyModifiers(type: SqlType, [precision, scale]: readonly number[]): SqlType {
  if (type.kind !== 'decimal') return type;
  return { kind: 'decimal', scale: scale ?? (precision === undefined ? DEFAULT_SCALE : 0) };
}

const TIMES = TYPE_NAMES.map((name) => TYPES[name])
  .filter(({ category }) => category === 'D' || category === 'T')
  .map(({ typname }) => typname);
