import type { InsertStmt, Node, SelectStmt } from 'libpg-query';
import { keyNames, type TableDef } from '../../catalog/table-def.ts';
import { DriverError, getErrorMessage } from '../../core/errors.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import { planStatement } from '../exec/run.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { toParsedQuery } from '../parse/parse.ts';
import type { ColumnClause, Located, TableStatement } from '../parse/table/table-statement.ts';
import { isNumericType, type ResultColumn } from '../types/types.ts';
import { insert } from '../write/insert.ts';
import { resolveRelations } from '../write/stored-columns.ts';
import { selectWholeItems } from '../write/whole-items.ts';
import { sendCreateTable } from './create-table.ts';
import { assertWritable, type DdlContext } from './ddl-context.ts';
import { inferQueryKey } from './infer-query-key.ts';
import { listKeyTypes } from './key-types.ts';
import { toCreateTableInput } from './table-input.ts';
import { parseTableOptions } from './table-options.ts';
import { retryWhileBusy } from './wait.ts';

type CreateTableAs = Extract<TableStatement, { kind: 'create-table-as' }>;

const TAG = 'CREATE TABLE AS';

/** Creates a table and fills it with the rows of a query. If that fails, the table is deleted again. */
export async function createTableAs(
  statement: CreateTableAs,
  parameters: readonly ParameterLiteral[],
  ddl: DdlContext,
): Promise<CommandResult> {
  const { table, indexes, options, query, withData, ifNotExists } = statement;
  const { parsed, context, signal } = ddl;
  const select = query.parsed;
  if (select === undefined) throw parsed.unsupported();
  assertWritable(TAG, context, table.position);
  if (
    ifNotExists &&
    (await context.session.database.client.describeTable(table.value, signal)) !== undefined
  ) {
    context.session.warn(`relation "${table.value}" already exists, skipping`);
    return emptyResult(TAG);
  }
  const plan = await planStatement(toParsedQuery(parsed, select), parameters, context, signal);
  const columns = nameColumns(plan.columns, statement);
  const sources = await listSources(select, ddl);
  const key = statement.key ?? inferQueryKey(select, columns, sources);
  if (key === undefined) throw keyError(table, columns);
  const clauses = columns.map((column) => toClause(column, sources, table.position));
  const settings = parseTableOptions(options, 'table');
  const input = toCreateTableInput(
    { kind: 'create-table', table, ifNotExists, columns: clauses, key, indexes, options, waits: true },
    settings,
  );
  checkTable(input, table.position);
  const created = await sendCreateTable(input, settings, table, { ifNotExists, waits: true }, ddl);
  if (!created || !withData) return emptyResult(TAG);
  try {
    return await fill(statement, select, columns, parameters, ddl);
  } catch (error) {
    throw await dropAgain(table.value, error, ddl);
  }
}

/** The columns of the query with the names that the statement gives them. */
function nameColumns(columns: readonly ResultColumn[], { names }: CreateTableAs): readonly ResultColumn[] {
  const [extra] = names.slice(columns.length);
  if (extra !== undefined)
    throw new DriverError('SQL_SYNTAX', 'too many column names were specified', {
      position: extra.position,
    });
  const named = columns.map((column, i) => ({ ...column, name: names[i]?.value ?? column.name }));
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name))
      throw new DriverError('SQL_TABLE_DEFINITION', `column "${name}" specified more than once`, {
        remedy: 'Rename one of the columns with AS in the query.',
      });
    seen.add(name);
  }
  return named;
}

/** The tables that the query reads. */
async function listSources(
  select: SelectStmt,
  { context, signal }: DdlContext,
): Promise<readonly TableDef[]> {
  const relations = await resolveRelations(select, context.catalog, signal);
  return relations.flatMap(({ table }) => table ?? []);
}

function toClause(
  { name, type }: ResultColumn,
  sources: readonly TableDef[],
  position: number,
): ColumnClause {
  return {
    name,
    type: { text: type, type: { kind: 'text' }, key: findKeyType(name, type, sources), position },
    isKey: false,
    notNull: false,
    position,
  };
}

/** The DynamoDB type of a key with this type: that of the column which the query returns, or of a computed value. */
function findKeyType(name: string, type: string, sources: readonly TableDef[]): KeyType | undefined {
  const stored = sources.flatMap(({ columns }) => columns.filter((column) => column.name === name));
  const [column, ...others] = stored;
  const types = column === undefined || others.length > 0 ? [] : listKeyTypes(column);
  const [only] = types;
  if (types.length === 1 && only !== undefined) return only;
  if (isNumericType(type)) return 'N';
  if (type === 'bytea') return 'B';
  return TEXT_TYPES.test(type) ? 'S' : undefined;
}

/** Dates are stored as text. */
const TEXT_TYPES = /^(?:text|character|character varying|uuid|date|timestamp\b.*)$/;

function keyError(table: Located<string>, columns: readonly ResultColumn[]): DriverError {
  const [first] = columns;
  return new DriverError(
    'SQL_TABLE_DEFINITION',
    `table "${table.value}" has no primary key, and the query does not determine one`,
    {
      position: table.position,
      remedy: `Write CREATE TABLE ${table.value} (PRIMARY KEY (${first?.name ?? 'id'})) AS …, with one or two columns whose values differ between the rows.`,
    },
  );
}

/** Inserts the rows: whole items where the query returns those. */
async function fill(
  { table }: CreateTableAs,
  select: SelectStmt,
  columns: readonly ResultColumn[],
  parameters: readonly ParameterLiteral[],
  { parsed, context, signal }: DdlContext,
): Promise<CommandResult> {
  const items = await selectWholeItems(select, context.catalog, signal);
  const target = await context.catalog.table(table.value, signal);
  const isWhole =
    items !== undefined &&
    keyNames(target.key).every((name) => columns.some((column) => column.name === name)) &&
    columns.every(({ name }) => items.table.columns.some((column) => column.name === name));
  const statement: InsertStmt = {
    relation: { relname: table.value, inh: true },
    override: 'OVERRIDING_NOT_SET',
    selectStmt: { SelectStmt: select },
    ...(!isWhole && { cols: columns.map(({ name }): Node => ({ ResTarget: { name } })) }),
  };
  const node: Node = { InsertStmt: statement };
  const { writes, reads, scope } = await insert.perform({ ...parsed, node }, parameters, context, signal);
  return { ...emptyResult('SELECT', writes.itemsWritten), writes, reads: reads ?? [], stats: scope.stats };
}

/** Deletes the table that was just created; returns the error to throw, which need not count what is gone. */
async function dropAgain(name: string, error: unknown, ddl: DdlContext): Promise<unknown> {
  const { context, signal } = ddl;
  try {
    await retryWhileBusy(TAG, ddl, true, () => context.session.database.client.admin.delete(name, signal));
  } catch (failure) {
    context.session.warn(`table "${name}" could not be deleted: ${getErrorMessage(failure)}`);
  } finally {
    context.catalog.forget(name);
  }
  const { cause } = error instanceof DriverError ? error : {};
  return cause instanceof DriverError && getErrorMessage(error).startsWith(cause.message) ? cause : error;
}
