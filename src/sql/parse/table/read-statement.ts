import { scan } from '../scan.ts';
import { acceptIndexKind, readCreateTable } from './read-create-table.ts';
import { readIndex, readIndexBody, readOptionNames, readOptions } from './read-index.ts';
import { readTableName, readWait, toTableName } from './read-names.ts';
import type { AlterAction, TableStatement, Located } from './table-statement.ts';
import { TokenReader } from './token-reader.ts';

/** No other statement is searched for the words that these begin with. */
const MAYBE = /\b(?:create|drop|alter|show|describe|desc|refresh)\b/i;

/** The statement about tables and indexes that a text is; undefined where it is another. */
export function readTableStatement(text: string): TableStatement | undefined {
  if (!MAYBE.test(text)) return undefined;
  const tokens = [...(scan(text) ?? [])];
  while (tokens.at(-1)?.text === ';') tokens.pop();
  const reader = new TokenReader(text, tokens);
  const read = STATEMENTS.find(([words]) => reader.accept(words))?.[1];
  const statement = read?.(reader);
  if (statement === undefined) return undefined;
  if (reader.isNext(';'))
    throw reader.error('SQL_NOT_SUPPORTED', 'cannot execute multiple statements in one call');
  if (!reader.isAtEnd) throw reader.unexpected('the end of the statement');
  return statement;
}

/** What statements begin with, longer beginnings first, and how they go on. */
const STATEMENTS: readonly (readonly [words: string, read: (reader: TokenReader) => TableStatement])[] = [
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
  throw reader.error('SQL_NOT_SUPPORTED', 'DynamoDB has no temporary tables.');
}

function rejectUnique(reader: TokenReader): never {
  throw reader.error(
    'SQL_NOT_SUPPORTED',
    'An index of DynamoDB is never unique.',
    'Leave UNIQUE out; make what is unique the key of a table.',
  );
}

function readCreateIndex(reader: TokenReader, kind: 'global' | 'local'): TableStatement {
  reader.accept('concurrently');
  const ifNotExists = reader.accept('if not exists');
  const { value: name, position } = reader.readName('the name of the index');
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
  const parts = reader.readQualifiedName('the name of the index');
  const name = parts.at(-1);
  if (name === undefined) throw reader.unexpected('the name of the index');
  const table = toTableName(parts.slice(0, -1)).value;
  return { table: table === '' ? undefined : table, name };
}

/** Nothing depends on tables and indexes here: both words say the same. */
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
    return { kind: 'drop-index', ifExists, name: reader.readName('the name of the index') };
  }
  if (reader.accept('alter index')) {
    const name = reader.readName('the name of the index');
    reader.expect('set');
    return { kind: 'set-index', name, options: readOptions(reader) };
  }
  if (reader.isNext('add index') || reader.isNext('add global index') || reader.isNext('add local index')) {
    reader.expect('add');
    const kind = acceptIndexKind(reader) ?? 'global';
    const ifNotExists = reader.accept('if not exists');
    return { kind: 'add-index', ifNotExists, index: readIndex(reader, kind) };
  }
  const refused = REFUSED.find(([words]) => reader.isNext(words));
  if (refused !== undefined) throw reader.error('SQL_NOT_SUPPORTED', refused[1], refused[2]);
  throw reader.unexpected('ADD INDEX, DROP INDEX, ALTER INDEX, SET or RESET');
}

const NO_COLUMNS = 'DynamoDB keeps no columns: an item has the attributes that it is given.';
const REFUSED: readonly (readonly [words: string, message: string, remedy?: string])[] = [
  ['rename', 'DynamoDB renames neither tables nor attributes.', 'Make a new table, and copy the items.'],
  ['add', NO_COLUMNS, 'Set the attribute with INSERT or UPDATE, or declare the column in a schema file.'],
  ['drop', NO_COLUMNS, 'UPDATE table SET name = DEFAULT removes an attribute from items.'],
  ['alter', NO_COLUMNS, 'The type of a key cannot be changed; of other attributes each value has its own.'],
  ['owner', 'DynamoDB has no owners: IAM says who may do what.'],
];

function readShowIndexes(reader: TokenReader): TableStatement {
  readFrom(reader);
  return { kind: 'show-indexes', table: readTableName(reader) };
}

function readDescribe(reader: TokenReader): TableStatement {
  reader.accept('table');
  return { kind: 'describe', tag: 'DESCRIBE', table: readTableName(reader) };
}

/** MySQL's word for DESCRIBE. */
function readShowColumns(reader: TokenReader): TableStatement {
  readFrom(reader);
  return { kind: 'describe', tag: 'SHOW', table: readTableName(reader) };
}

function readFrom(reader: TokenReader): void {
  if (!reader.accept('from')) reader.expect('in', 'FROM and the name of a table');
}
