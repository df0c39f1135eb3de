import { resultColumn, type ResultColumn } from '../types/types.ts';
import { isTableDescription } from '../../catalog/schemas/schema-file.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { type CommandResult, rowsResult } from '../exec/command.ts';
import { postgresColumnType } from '../types/column-types.ts';
import type { StatementContext } from '../exec/context.ts';
import { resolveViewColumns } from '../exec/view-columns.ts';
import type { Value } from '../types/value.ts';
import { formatCreateTable } from './format-create-table.ts';
import type { TableStatement, Located } from '../parse/table/table-statement.ts';
import { requireTable, type DdlContext } from './ddl-context.ts';

type Show = Extract<TableStatement, { kind: 'show-tables' | 'show-create' | 'show-indexes' | 'describe' }>;

const text = (...names: readonly string[]): readonly ResultColumn[] =>
  names.map((name) => resultColumn(name, 'text'));

/** The result columns of each statement. */
export const SHOW_COLUMNS = {
  'show-tables': text('name', 'kind'),
  'show-create': text('table', 'statement'),
  'show-indexes': [
    ...text('table', 'index', 'kind', 'partition_key', 'sort_key', 'projection', 'status'),
    resultColumn('items', 'bigint'),
  ],
  describe: [...text('column', 'type'), resultColumn('nullable', 'boolean'), ...text('key')],
} as const satisfies Record<Show['kind'], readonly ResultColumn[]>;

/** Runs SHOW TABLES, SHOW CREATE TABLE, SHOW INDEXES and DESCRIBE. */
export async function show(statement: Show, ddl: DdlContext): Promise<CommandResult> {
  const tag = statement.kind === 'describe' ? statement.tag : 'SHOW';
  return rowsResult(tag, SHOW_COLUMNS[statement.kind], await buildShowRows(statement, ddl));
}

async function buildShowRows(statement: Show, ddl: DdlContext): Promise<readonly Value[][]> {
  switch (statement.kind) {
    case 'show-tables':
      return listNames(ddl);
    case 'show-create':
      return [Object.values(await describeCreateTable(statement.table, ddl, 'the statement is incomplete'))];
    case 'show-indexes':
      return showIndexes(statement.table, ddl);
    case 'describe':
      return describeRelation(statement.table, ddl);
  }
}

async function listNames({ context: { catalog }, signal }: DdlContext): Promise<Value[][]> {
  const views = (await catalog.schemas.all()).filter(({ schema }) => !isTableDescription(schema));
  return [
    ...(await catalog.tableNames(signal)).map((name) => [name, 'table']),
    ...views.map(({ schema }) => [schema.name, 'view']),
  ];
}

/** The statement that creates a table as it is, and the table's name. Warns of what cannot be read. */
export async function describeCreateTable(
  target: Located<string>,
  ddl: DdlContext,
  warning: string,
): Promise<{ readonly name: string; readonly statement: string }> {
  const { context, signal } = ddl;
  const table = await requireTable(target, ddl);
  const { TableName: name, TableArn: arn } = table;
  const extras = await context.session.database.client.admin.extras(name, arn, signal);
  for (const reason of extras.unknown) context.session.warn(`${warning}: ${reason}`);
  const schema = (await context.catalog.schemas.all()).map((stored) => stored.schema);
  const declared = schema.find(
    (each) => each.kind === 'table' && each.table === name && isTableDescription(each),
  );
  const statement = formatCreateTable(table, extras, declared?.kind === 'table' ? declared : undefined);
  return { name, statement };
}

async function showIndexes(target: Located<string>, ddl: DdlContext): Promise<Value[][]> {
  const table = await requireTable(target, ddl);
  const { indexes } = await ddl.context.catalog.described(table.TableName, ddl.signal);
  const status = new Map(
    table.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus]),
  );
  return indexes.map((index) => [
    table.TableName,
    index.name,
    index.kind,
    index.key.partition.map(({ name }) => name).join(', '),
    index.key.sort.map(({ name }) => name).join(', '),
    index.projection === 'all' ? 'ALL' : index.projection.join(', '),
    status.get(index.name) ?? 'ACTIVE',
    index.itemCount === undefined ? null : BigInt(index.itemCount),
  ]);
}

async function describeRelation({ value, position }: Located<string>, ddl: DdlContext): Promise<Value[][]> {
  const { context, signal } = ddl;
  const view = await context.catalog.view(value, signal);
  if (view !== undefined)
    return (await resolveViewColumns(value, context, signal)).map(({ name, type }) => [
      name,
      type,
      true,
      null,
    ]);
  return describeTableColumns(await findTableDef({ value, position }, context, ddl));
}

async function findTableDef(
  target: Located<string>,
  { catalog }: Pick<StatementContext, 'catalog'>,
  ddl: DdlContext,
): Promise<TableDef> {
  const { TableName: name } = await requireTable(target, ddl);
  return catalog.table(name, ddl.signal);
}

function describeTableColumns({ key, columns }: TableDef): Value[][] {
  const roles = new Map([
    ...key.partition.map(({ name }) => [name, 'partition'] as const),
    ...key.sort.map(({ name }) => [name, 'sort'] as const),
  ]);
  return columns
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, path, type }) => {
      const role = path.length === 1 ? roles.get(path[0]) : undefined;
      return [name, postgresColumnType(type), role === undefined, role ?? null];
    });
}
