import { scan } from '../scan.ts';
import { acceptIndexKind, readCreateTable } from './read-create-table.ts';
import { readIndex, readIndexBody, readOptionNames, readOptions } from './read-index.ts';
import { readTableName, readWait, toTableName, TokenReader } from './token-reader.ts';
import type { AlterAction, TableStatement, Located } from './table-statement.ts';

/** Other statements need not be scanned. */
const MAYBE = /\b(?:create|drop|alter|show|describe|desc|refresh)\b/i;

/** Reads a statement about tables and indexes; undefined if it is another statement. */
export function readTableStatement(text: string): TableStatement | undefined {
  if (!MAYBE.test(text)) return undefined;
  const tokens = [...(scan(text) ?? [])];
  while (tokens.at(-1)?.text === ';') tokens.pop();
  const reader = new TokenReader(text, tokens);
  const read = STATEMENTS.find(([keywords]) => reader.accept(keywords))?.[1];
  const statement = read?.(reader);
  if (statement === undefined) return undefined;
  if (reader.isNext(';')) {
    const count = tokens.filter(
      ({ text: token }, i) => token !== ';' && (tokens[i - 1]?.text ?? ';') === ';',
    ).length;
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      `cannot execute multiple statements in one call (found ${count})`,
    );
  }
  if (!reader.isAtEnd) throw reader.unexpected('the end of the statement');
  return statement;
}

/** The first keywords of each statement, longer ones first, and how the rest is read. */
const STATEMENTS: readonly (readonly [keywords: string, read: (reader: TokenReader) => TableStatement])[] = [
  ['create table', readCreateTable],
  ...[
    'temp',
    'temporary',
    'unlogged',
    'global temp',
    'global temporary',
    'local temp',
    'local temporary',
  ].map((word) => [`create ${word} table`, rejectTemporary] as const),
  ['create unique index', rejectUnique],
  ['create global index', (reader) => readCreateIndex(reader, 'global')],
  ['create local index', (reader) => readCreateIndex(reader, 'local')],
  ['create index', (reader) => readCreateIndex(reader, 'global')],
  ['drop table', readDropTable],
  ['drop index', readDropIndex],
  ['alter table', readAlterTable],
  ['refresh table', (reader) => ({ kind: 'refresh-table', table: readTableName(reader) })],
  ['show create table', (reader) => ({ kind: 'show-create', table: readTableName(reader) })],
  ['show tables', () => ({ kind: 'show-tables' })],
  ['show indexes', readShowIndexes],
  ['show index', readShowIndexes],
  ['show columns', readShowColumns],
  ['describe', readDescribe],
  ['desc', readDescribe],
];

function rejectTemporary(reader: TokenReader): never {
  throw reader.error('SQL_NOT_SUPPORTED', 'a temporary or unlogged table is not supported');
}

function rejectUnique(reader: TokenReader): never {
  throw reader.error(
    'SQL_NOT_SUPPORTED',
    'UNIQUE is not supported: only the primary key of a table is unique',
    'Remove UNIQUE, or make the column the primary key of a table.',
  );
}

function readCreateIndex(reader: TokenReader, kind: 'global' | 'local'): TableStatement {
  reader.accept('concurrently');
  const ifNotExists = reader.accept('if not exists');
  const { value: name, position } = reader.readName('an index name');
  reader.expect('on');
  reader.accept('only');
  const table = readTableName(reader);
  const index = readIndexBody(reader, { name, kind, position });
  return {
    kind: 'alter-table',
    tag: 'CREATE INDEX',
    table,
    ifExists: false,
    actions: [{ kind: 'add-index', ifNotExists, index }],
    waits: readWait(reader),
  };
}

function readDropTable(reader: TokenReader): TableStatement {
  const ifExists = reader.accept('if exists');
  const tables = [readTableName(reader)];
  while (reader.accept(',')) tables.push(readTableName(reader));
  readDropBehavior(reader);
  return { kind: 'drop-table', tables, ifExists, waits: readWait(reader) };
}

function readDropIndex(reader: TokenReader): TableStatement {
  reader.accept('concurrently');
  const ifExists = reader.accept('if exists');
  const indexes = [readIndexName(reader)];
  while (reader.accept(',')) indexes.push(readIndexName(reader));
  readDropBehavior(reader);
  return { kind: 'drop-index', indexes, ifExists, waits: readWait(reader) };
}

function readIndexName(reader: TokenReader): {
  readonly table: string | undefined;
  readonly name: Located<string>;
} {
  const parts = reader.readQualifiedName('an index name');
  const name = parts.at(-1);
  if (name === undefined) throw reader.unexpected('an index name');
  const table = toTableName(parts.slice(0, -1)).value;
  return { table: table === '' ? undefined : table, name };
}

/** Nothing depends on tables and indexes, so both keywords have the same effect. */
function readDropBehavior(reader: TokenReader): void {
  if (!reader.accept('cascade')) reader.accept('restrict');
}

function readAlterTable(reader: TokenReader): TableStatement {
  const ifExists = reader.accept('if exists');
  reader.accept('only');
  const table = readTableName(reader);
  const actions = [readAction(reader)];
  while (reader.accept(',')) actions.push(readAction(reader));
  return { kind: 'alter-table', tag: 'ALTER TABLE', table, ifExists, actions, waits: readWait(reader) };
}

function readAction(reader: TokenReader): AlterAction {
  if (reader.accept('set')) return { kind: 'set', options: readOptions(reader) };
  if (reader.accept('reset')) return { kind: 'set', options: readOptionNames(reader) };
  if (reader.accept('drop index')) {
    const ifExists = reader.accept('if exists');
    return { kind: 'drop-index', ifExists, name: reader.readName('an index name') };
  }
  if (reader.accept('alter index')) {
    const name = reader.readName('an index name');
    reader.expect('set');
    return { kind: 'set-index', name, options: readOptions(reader) };
  }
  if (reader.isNext('add index') || reader.isNext('add global index') || reader.isNext('add local index')) {
    reader.expect('add');
    const kind = acceptIndexKind(reader) ?? 'global';
    const ifNotExists = reader.accept('if not exists');
    return { kind: 'add-index', ifNotExists, index: readIndex(reader, kind) };
  }
  const unsupported = UNSUPPORTED.find(([keyword]) => reader.isNext(keyword));
  if (unsupported !== undefined) throw reader.error('SQL_NOT_SUPPORTED', unsupported[1], unsupported[2]);
  throw reader.unexpected('ADD INDEX, DROP INDEX, ALTER INDEX, SET or RESET');
}

const NO_COLUMNS = 'DynamoDB does not store columns, only the attributes of each item';
const UNSUPPORTED: readonly (readonly [keyword: string, message: string, remedy?: string])[] = [
  [
    'rename',
    'RENAME is not supported: DynamoDB cannot rename tables or attributes',
    'Create a new table, and copy the items.',
  ],
  [
    'add',
    `ADD COLUMN is not supported: ${NO_COLUMNS}`,
    'Set the attribute with INSERT or UPDATE, or declare the column in a schema file.',
  ],
  [
    'drop',
    `DROP COLUMN is not supported: ${NO_COLUMNS}`,
    'Write UPDATE table SET name = DEFAULT to remove the attribute from items.',
  ],
  [
    'alter',
    `ALTER COLUMN is not supported: ${NO_COLUMNS}`,
    'Create a new table to change the type of a key; other attributes have a type per value.',
  ],
  ['owner', 'OWNER TO is not supported: IAM policies control access'],
];

function readShowIndexes(reader: TokenReader): TableStatement {
  readFrom(reader);
  return { kind: 'show-indexes', table: readTableName(reader) };
}

function readDescribe(reader: TokenReader): TableStatement {
  reader.accept('table');
  return { kind: 'describe', tag: 'DESCRIBE', table: readTableName(reader) };
}

/** SHOW COLUMNS is DESCRIBE in MySQL. */
function readShowColumns(reader: TokenReader): TableStatement {
  readFrom(reader);
  return { kind: 'describe', tag: 'SHOW', table: readTableName(reader) };
}

function readFrom(reader: TokenReader): void {
  if (!reader.accept('from')) reader.expect('in', 'FROM');
}
