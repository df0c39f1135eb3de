import { DriverError } from '../../core/errors.ts';
import type { CommandResult } from '../exec/command.ts';
import { readTableStatement } from '../parse/table/read-statement.ts';
import type { IndexClause, Located, ParsedOption, TableStatement } from '../parse/table/table-statement.ts';
import { createTable } from './create-table.ts';
import { assertWritable, type DdlContext } from './ddl-context.ts';
import { describeCreateTable } from './show.ts';

type CreateTableLike = Extract<TableStatement, { kind: 'create-table-like' }>;

/** Creates a table with the key and the columns of another, and with its indexes and options where they are included. */
export async function createTableLike(statement: CreateTableLike, ddl: DdlContext): Promise<CommandResult> {
  const { table, source, includes, ifNotExists, waits } = statement;
  assertWritable('CREATE TABLE', ddl.context, table.position);
  const copied = readTableStatement(
    (await describeCreateTable(source, ddl, `cannot copy all of "${source.value}"`)).statement,
  );
  if (copied?.kind !== 'create-table')
    throw new DriverError('EXEC_ENGINE', `cannot read the definition of "${source.value}"`);
  const indexes = [...(includes.has('indexes') ? copied.indexes : []), ...statement.indexes];
  const all = listKeyNames(copied.key, copied.indexes);
  const keys = listKeyNames(copied.key, indexes);
  // Without declared columns, those that only an index of the other table has are none of this table.
  const columns = copied.columns.every(({ name }) => all.has(name))
    ? copied.columns.filter(({ name }) => keys.has(name))
    : copied.columns;
  return createTable(
    {
      kind: 'create-table',
      table,
      ifNotExists,
      columns: [...columns, ...statement.columns],
      key: copied.key,
      indexes,
      options: mergeOptions(includes.has('storage') ? copied.options : [], statement.options),
      waits,
    },
    ddl,
  );
}

function listKeyNames(key: readonly Located<string>[], indexes: readonly IndexClause[]): ReadonlySet<string> {
  return new Set([
    ...key.map(({ value }) => value),
    ...indexes.flatMap(({ partition, sort }) => [...partition, ...sort].map(({ name }) => name)),
  ]);
}

/** The options of the statement take the place of those that it copies. */
function mergeOptions(
  copied: readonly ParsedOption[],
  own: readonly ParsedOption[],
): readonly ParsedOption[] {
  const names = new Set(own.map(({ name }) => name));
  return [...copied.filter(({ name }) => !names.has(name)), ...own];
}
