import { DriverError } from '../../../core/errors.ts';
import { readIndex, readOptions } from './read-index.ts';
import { readTableName, readWait, type TokenReader } from './token-reader.ts';
import type { ColumnClause, IndexClause, TableStatement, Located } from './table-statement.ts';
import { readType } from './column-type-names.ts';
import { type LikeClause, readLike } from './read-like.ts';

type CreateTable = Extract<
  TableStatement,
  { kind: 'create-table' | 'create-table-as' | 'create-table-like' }
>;

/** The elements of the list after the name of a table. */
interface Elements {
  readonly columns: ColumnClause[];
  /** Names without a type, for the columns of a query. */
  readonly names: Located<string>[];
  readonly indexes: IndexClause[];
  readonly keys: (readonly Located<string>[])[];
  like: LikeClause | undefined;
}

/** `[IF NOT EXISTS] name (elements) [WITH (…)] [AS query] [NOWAIT]`, after CREATE TABLE. */
export function readCreateTable(reader: TokenReader): CreateTable {
  const ifNotExists = reader.accept('if not exists');
  const table = readTableName(reader);
  if (reader.isNext('of') || reader.isNext('partition'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'CREATE TABLE without a column list is not supported: a DynamoDB table needs a key',
      'Write CREATE TABLE name (id text, PRIMARY KEY (id)).',
    );
  const hasList = !reader.isNext('as') && !reader.isNext('with');
  const elements = hasList ? readElements(reader) : NO_ELEMENTS;
  if (reader.isNext('inherits') || reader.isNext('partition'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      reader.isNext('inherits')
        ? 'INHERITS is not supported: DynamoDB has no table inheritance'
        : 'PARTITION BY is not supported: DynamoDB partitions tables by their partition key',
    );
  const options = reader.accept('with') ? readOptions(reader) : [];
  const { columns, indexes, names, keys, like } = elements;
  const [key, second] = keys;
  if (second !== undefined)
    throw new DriverError(
      'SQL_TABLE_DEFINITION',
      `multiple primary keys for table "${table.value}" are not allowed`,
      {
        position: second[0]?.position ?? table.position,
        remedy: 'Write a key of two attributes as PRIMARY KEY (partition, sort) after the columns.',
      },
    );
  if (!hasList || reader.isNext('as')) {
    const [typed] = columns;
    if (typed !== undefined)
      throw new DriverError('SQL_SYNTAX', 'CREATE TABLE AS takes the types of its columns from the query', {
        position: typed.type.position,
        remedy: 'Write the names alone, and cast the values in the query.',
      });
    reader.expect('as');
    const { text, ending } = reader.readRest(['with no data', 'with data']);
    return {
      kind: 'create-table-as',
      table,
      ifNotExists,
      names,
      key,
      indexes,
      options,
      query: { text },
      withData: ending !== 'with no data',
    };
  }
  const [untyped] = names;
  if (untyped !== undefined)
    throw new DriverError('SQL_SYNTAX', `column "${untyped.value}" has no type`, {
      position: untyped.position,
      remedy: 'Write the type after the name, or AS and a query after the list.',
    });
  if (like !== undefined) {
    const [extra] = key ?? [];
    if (extra !== undefined)
      throw new DriverError(
        'SQL_TABLE_DEFINITION',
        `multiple primary keys for table "${table.value}" are not allowed`,
        { position: extra.position, remedy: 'LIKE copies the key: remove PRIMARY KEY.' },
      );
    const waits = readWait(reader);
    return { kind: 'create-table-like', table, ifNotExists, ...like, columns, indexes, options, waits };
  }
  if (key === undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `table "${table.value}" has no primary key`, {
      position: table.position,
      remedy: 'Add PRIMARY KEY (partition) or PRIMARY KEY (partition, sort) after the columns.',
    });
  return {
    kind: 'create-table',
    table,
    ifNotExists,
    columns,
    key,
    indexes,
    options,
    waits: readWait(reader),
  };
}

const NO_ELEMENTS: Elements = { columns: [], names: [], indexes: [], keys: [], like: undefined };

function readElements(reader: TokenReader): Elements {
  const elements: Elements = { columns: [], names: [], indexes: [], keys: [], like: undefined };
  reader.readList(() => {
    const kind = acceptIndexKind(reader);
    if (kind !== undefined) elements.indexes.push(readIndex(reader, kind));
    else if (reader.isNext('like') && elements.like === undefined) elements.like = readLike(reader);
    else if (isTableConstraintNext(reader)) elements.keys.push(readPrimaryKey(reader));
    else readColumn(reader, elements);
  });
  return elements;
}

/** Accepts `[GLOBAL | LOCAL] INDEX`. A column cannot be mistaken for it, since `index` is not a type. */
export function acceptIndexKind(reader: TokenReader): IndexClause['kind'] | undefined {
  if (reader.accept('global index')) return 'global';
  if (reader.accept('local index')) return 'local';
  return reader.accept('index') ? 'global' : undefined;
}

const TABLE_CONSTRAINTS = ['constraint', 'primary key', 'unique', 'check', 'foreign key', 'exclude', 'like'];

function isTableConstraintNext(reader: TokenReader): boolean {
  return TABLE_CONSTRAINTS.some((keywords) => reader.isNext(keywords));
}

function readPrimaryKey(reader: TokenReader): readonly Located<string>[] {
  if (reader.accept('constraint')) reader.readName('a constraint name');
  rejectConstraint(reader);
  reader.expect('primary key');
  return reader.readList(() => reader.readName('a key column'));
}

function readColumn(reader: TokenReader, { columns, names, keys }: Elements): void {
  const { value: name, position } = reader.readName('a column, PRIMARY KEY or INDEX');
  if (reader.isNext(',') || reader.isNext(')')) {
    names.push({ value: name, position });
    return;
  }
  const type = readType(reader);
  let [isKey, notNull] = [false, false];
  while (!reader.isNext(',') && !reader.isNext(')')) {
    if (reader.accept('constraint')) reader.readName('a constraint name');
    rejectConstraint(reader);
    if (reader.accept('not null')) notNull = true;
    else if (reader.accept('primary key')) isKey = true;
    else if (!reader.accept('null')) throw reader.unexpected('NOT NULL, PRIMARY KEY, "," or ")"');
  }
  columns.push({ name, type, isKey, notNull, position });
  if (isKey) keys.push([{ value: name, position }]);
}

/** Constraints that DynamoDB does not have: why, and what to do instead. */
const UNSUPPORTED: readonly (readonly [keywords: string, why: string, remedy: string])[] = [
  [
    'unique',
    'only the primary key of a table is unique',
    'Remove UNIQUE, or make the column the primary key of a table.',
  ],
  [
    'check',
    'DynamoDB has no CHECK constraints',
    'Remove CHECK, and check the condition in the statements that write.',
  ],
  ['references', 'DynamoDB has no foreign keys', 'Remove REFERENCES.'],
  ['foreign key', 'DynamoDB has no foreign keys', 'Remove FOREIGN KEY.'],
  ['exclude', 'DynamoDB has no exclusion constraints', 'Remove EXCLUDE.'],
  ['default', 'DynamoDB has no default values', 'Remove DEFAULT, and set the value in INSERT.'],
  ['generated', 'DynamoDB does not generate values', 'Remove GENERATED, and set the value in INSERT.'],
  ['collate', 'DynamoDB sorts strings by their bytes', 'Remove COLLATE.'],
  ['like', 'a table can be LIKE one other only', 'Add the other columns to the list.'],
];

function rejectConstraint(reader: TokenReader): void {
  const unsupported = UNSUPPORTED.find(([keywords]) => reader.isNext(keywords));
  if (unsupported === undefined) return;
  const [keywords, why, remedy] = unsupported;
  throw reader.error('SQL_NOT_SUPPORTED', `${keywords.toUpperCase()} is not supported: ${why}`, remedy);
}
