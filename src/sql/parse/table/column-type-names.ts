import type { SqlType } from '../../../catalog/table-def.ts';
import type { KeyType } from '../../../dynamo/attribute-value.ts';
import type { ParsedType } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';

interface TypeSpec {
  /** PostgreSQL's names of it; how many numbers may follow in parentheses. */
  readonly names: readonly string[];
  readonly modifiers?: number;
  readonly type: SqlType;
  readonly key?: KeyType;
}

/** The types that columns of tables may have. */
export const TYPES: readonly TypeSpec[] = [
  {
    names: ['text', 'varchar', 'character varying', 'char', 'character', 'bpchar'],
    modifiers: 1,
    type: { kind: 'text' },
    key: 'S',
  },
  {
    names: ['bigint', 'integer', 'int', 'smallint', 'int2', 'int4', 'int8'],
    type: { kind: 'bigint' },
    key: 'N',
  },
  { names: ['hugeint'], type: { kind: 'hugeint' }, key: 'N' },
  { names: ['numeric', 'decimal', 'dec'], modifiers: 2, type: { kind: 'decimal', scale: 0 }, key: 'N' },
  {
    names: ['double precision', 'real', 'float', 'float4', 'float8'],
    modifiers: 1,
    type: { kind: 'double' },
    key: 'N',
  },
  { names: ['bytea'], type: { kind: 'blob' }, key: 'B' },
  { names: ['boolean', 'bool'], type: { kind: 'boolean' } },
  { names: ['json', 'jsonb'], type: { kind: 'json' } },
];

const NAMES = TYPES.flatMap((spec) => spec.names.map((name) => ({ name, spec }))).toSorted(
  (a, b) => b.name.length - a.name.length,
);
/** Where `numeric` says nothing of its scale. */
const USUAL_SCALE = 9;
const MAX_DIGITS = 38;

/** Whether a type comes next. */
export function seesType(reader: TokenReader): boolean {
  return NAMES.some(({ name }) => reader.sees(name));
}

/** Reads the type of a column. */
export function readType(reader: TokenReader): ParsedType {
  const { position } = reader;
  const found = NAMES.find(({ name }) => reader.accept(name));
  if (found === undefined) {
    const usual = TYPES.map(({ names }) => names[0]).join(', ');
    if (TIMES.some((name) => reader.sees(name)))
      throw reader.error(
        'SQL_NOT_SUPPORTED',
        'DynamoDB has no times.',
        'Make it text, and write times in ISO 8601, which sorts as they do; or bigint, and count seconds.',
      );
    throw reader.expected(`a type: ${usual}`);
  }
  const { name, spec } = found;
  const most = spec.modifiers ?? 0;
  const modifiers =
    most > 0 && reader.sees('(') ? reader.list(() => reader.wholeNumber('a whole number')) : [];
  if (modifiers.length > most) throw reader.error('SQL_SYNTAX', `${name} takes at most ${most} numbers.`);
  if (reader.sees('['))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'A column of an array type is not supported.',
      'Make it json: lists and sets of items are read and written as such.',
    );
  const text = modifiers.length === 0 ? name : `${name}(${modifiers.join(', ')})`;
  const type = typeWith(spec.type, modifiers);
  if (type.kind === 'decimal' && type.scale > MAX_DIGITS)
    throw reader.error('SQL_TABLE_DEFINITION', `${text}: a number has at most ${MAX_DIGITS} digits.`);
  return { text, type, key: spec.key, position };
}

function typeWith(type: SqlType, [precision, scale]: readonly number[]): SqlType {
  if (type.kind !== 'decimal') return type;
  return { kind: 'decimal', scale: scale ?? (precision === undefined ? USUAL_SCALE : 0) };
}

const TIMES = ['timestamp', 'timestamptz', 'date', 'time', 'timetz', 'interval'];
