import { DriverError } from '../../../core/errors.ts';
import { readIndex, readOptions } from './read-index.ts';
import { readTableName, readWait } from './read-names.ts';
import type { ColumnClause, IndexClause, TableStatement, Located } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';
import { readType } from './column-type-names.ts';

type CreateTable = Extract<TableStatement, { kind: 'create-table' }>;

/** `[IF NOT EXISTS] name (elements) [WITH (…)] [NOWAIT]`, after CREATE TABLE. */
export function readCreateTable(reader: TokenReader): CreateTable {
  const ifNotExists = reader.accept('if not exists');
  const table = readTableName(reader);
  if (reader.isNext('as') || reader.isNext('of') || reader.isNext('partition'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'CREATE TABLE needs a list of columns: DynamoDB has to be told the key.',
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
    throw reader.error('SQL_NOT_SUPPORTED', 'DynamoDB parts tables by itself, and none inherits.');
  const options = reader.accept('with') ? readOptions(reader) : [];
  const [key, second] = keys;
  if (key === undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `Table ${table.value} has no key.`, {
      position: table.position,
      remedy: 'Add PRIMARY KEY (partition) or PRIMARY KEY (partition, sort) to the columns.',
    });
  if (second !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `Table ${table.value} has two primary keys.`, {
      position: second[0]?.position ?? table.position,
      remedy: 'Write a key of two attributes as PRIMARY KEY (partition, sort) after the columns.',
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

/** Takes `[GLOBAL | LOCAL] INDEX`; a column may be called "index", but no column's type is called so. */
export function acceptIndexKind(reader: TokenReader): IndexClause['kind'] | undefined {
  if (reader.accept('global index')) return 'global';
  if (reader.accept('local index')) return 'local';
  return reader.accept('index') ? 'global' : undefined;
}

const TABLE_CONSTRAINTS = ['constraint', 'primary key', 'unique', 'check', 'foreign key', 'exclude', 'like'];

function isTableConstraintNext(reader: TokenReader): boolean {
  return TABLE_CONSTRAINTS.some((words) => reader.isNext(words));
}

function readPrimaryKey(reader: TokenReader): readonly Located<string>[] {
  if (reader.accept('constraint')) reader.readName('the name of the constraint');
  rejectConstraint(reader);
  reader.expect('primary key');
  return reader.readList(() => reader.readName('an attribute of the key'));
}

function readColumn(reader: TokenReader): ColumnClause {
  const { value: name, position } = reader.readName('a column, PRIMARY KEY or INDEX');
  const type = readType(reader);
  let [isKey, notNull] = [false, false];
  while (!reader.isNext(',') && !reader.isNext(')')) {
    if (reader.accept('constraint')) reader.readName('the name of the constraint');
    rejectConstraint(reader);
    if (reader.accept('not null')) notNull = true;
    else if (reader.accept('primary key')) isKey = true;
    else if (!reader.accept('null')) throw reader.unexpected('NOT NULL, PRIMARY KEY, "," or ")"');
  }
  return { name, type, isKey, notNull, position };
}

/** What DynamoDB does not do, and what to do instead. */
const REFUSED: readonly (readonly [words: string, message: string, remedy: string])[] = [
  [
    'unique',
    'Only the key of a table is unique.',
    'Leave UNIQUE out; make what is unique the key of a table.',
  ],
  [
    'check',
    'DynamoDB checks no conditions of its own.',
    'Leave CHECK out, and check in the statement that writes.',
  ],
  ['references', 'DynamoDB has no foreign keys.', 'Leave REFERENCES out.'],
  ['foreign key', 'DynamoDB has no foreign keys.', 'Leave FOREIGN KEY out.'],
  ['exclude', 'DynamoDB has no exclusion constraints.', 'Leave EXCLUDE out.'],
  ['default', 'DynamoDB keeps no defaults.', 'Leave DEFAULT out, and give the value when you insert.'],
  ['generated', 'DynamoDB generates no values.', 'Leave GENERATED out, and give the value when you insert.'],
  ['collate', 'DynamoDB orders text by its bytes.', 'Leave COLLATE out.'],
  ['like', 'LIKE copies no table here.', 'SHOW CREATE TABLE gives the text to copy from.'],
];

function rejectConstraint(reader: TokenReader): void {
  const refused = REFUSED.find(([words]) => reader.isNext(words));
  if (refused !== undefined) throw reader.error('SQL_NOT_SUPPORTED', refused[1], refused[2]);
}
