import { DriverError } from '../../../core/errors.ts';
import { readIndex, readOptions } from './read-index.ts';
import { readTableName, readWait, type TokenReader } from './token-reader.ts';
import type { ColumnClause, IndexClause, TableStatement, Located } from './table-statement.ts';
import { readType } from './column-type-names.ts';

type CreateTable = Extract<TableStatement, { kind: 'create-table' }>;

/** `[IF NOT EXISTS] name (elements) [WITH (…)] [NOWAIT]`, after CREATE TABLE. */
export function readCreateTable(reader: TokenReader): CreateTable {
  const ifNotExists = reader.accept('if not exists');
  const table = readTableName(reader);
  if (reader.isNext('as') || reader.isNext('of') || reader.isNext('partition'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'CREATE TABLE without a column list is not supported: a DynamoDB table needs a key',
      'Write CREATE TABLE name (id text, PRIMARY KEY (id)), then INSERT INTO name SELECT ….',
    );
  const columns: ColumnClause[] = [];
  const indexes: IndexClause[] = [];
  const keys: (readonly Located<string>[])[] = [];
  reader.readList(() => {
    const kind = acceptIndexKind(reader);
    if (kind !== undefined) indexes.push(readIndex(reader, kind));
    else if (isTableConstraintNext(reader)) keys.push(readPrimaryKey(reader));
    else {
      const column = readColumn(reader);
      columns.push(column);
      if (column.isKey) keys.push([{ value: column.name, position: column.position }]);
    }
  });
  if (reader.isNext('inherits') || reader.isNext('partition'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      reader.isNext('inherits')
        ? 'INHERITS is not supported: DynamoDB has no table inheritance'
        : 'PARTITION BY is not supported: DynamoDB partitions tables by their partition key',
    );
  const options = reader.accept('with') ? readOptions(reader) : [];
  const [key, second] = keys;
  if (key === undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `table "${table.value}" has no primary key`, {
      position: table.position,
      remedy: 'Add PRIMARY KEY (partition) or PRIMARY KEY (partition, sort) after the columns.',
    });
  if (second !== undefined)
    throw new DriverError(
      'SQL_TABLE_DEFINITION',
      `multiple primary keys for table "${table.value}" are not allowed`,
      {
        position: second[0]?.position ?? table.position,
        remedy: 'Write a key of two attributes as PRIMARY KEY (partition, sort) after the columns.',
      },
    );
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

function readColumn(reader: TokenReader): ColumnClause {
  const { value: name, position } = reader.readName('a column, PRIMARY KEY or INDEX');
  const type = readType(reader);
  let [isKey, notNull] = [false, false];
  while (!reader.isNext(',') && !reader.isNext(')')) {
    if (reader.accept('constraint')) reader.readName('a constraint name');
    rejectConstraint(reader);
    if (reader.accept('not null')) notNull = true;
    else if (reader.accept('primary key')) isKey = true;
    else if (!reader.accept('null')) throw reader.unexpected('NOT NULL, PRIMARY KEY, "," or ")"');
  }
  return { name, type, isKey, notNull, position };
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
  [
    'like',
    'the columns must be listed',
    'Copy the columns from the statement that SHOW CREATE TABLE returns.',
  ],
];

function rejectConstraint(reader: TokenReader): void {
  const unsupported = UNSUPPORTED.find(([keywords]) => reader.isNext(keywords));
  if (unsupported === undefined) return;
  const [keywords, why, remedy] = unsupported;
  throw reader.error('SQL_NOT_SUPPORTED', `${keywords.toUpperCase()} is not supported: ${why}`, remedy);
}
