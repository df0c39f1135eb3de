import type { TableSchema } from '../../catalog/schemas/schema-file.ts';
import { DriverError } from '../../core/errors.ts';
import type { CreateTableInput } from '../../dynamo/transport/admin.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import { findSystemTable } from '../system/registry.ts';
import { toCreateTableInput } from './table-input.ts';
import { parseTableOptions, type TableOptions } from './table-options.ts';
import type { TableStatement, Located } from '../parse/table/table-statement.ts';
import {
  assertWritable,
  describePending,
  waitUntilDone,
  retryWhileBusy,
  type DdlContext,
} from './ddl-context.ts';

type CreateTable = Extract<TableStatement, { kind: 'create-table' }>;

const TAG = 'CREATE TABLE';

/** Makes a table with its indexes. */
export async function createTable(statement: CreateTable, work: DdlContext): Promise<CommandResult> {
  const { table } = statement;
  assertWritable(TAG, work.context, table.position);
  assertDistinctColumns(statement);
  const settings = parseTableOptions(statement.options, 'table');
  const input = toCreateTableInput(statement, settings);
  checkTable(input, table.position);
  const made = await sendCreateTable(input, settings, table, statement, work);
  if (made) await saveColumns(statement, input, work);
  return emptyResult(TAG);
}

/** Makes the table that CreateTable is sent; false where it is there already and that is fine. */
export async function sendCreateTable(
  input: CreateTableInput,
  settings: TableOptions,
  { value: name, position }: Located<string>,
  { ifNotExists, waits }: { readonly ifNotExists: boolean; readonly waits: boolean },
  work: DdlContext,
): Promise<boolean> {
  const { context, signal } = work;
  const { catalog, session } = context;
  const { client } = session.database;
  await assertNameUnused(name, position, work);
  if (ifNotExists && (await client.describeTable(name, signal)) !== undefined) {
    session.warn(`There is a table "${name}" already: it is left as it is`);
    return false;
  }
  try {
    await retryWhileBusy(TAG, work, false, () => client.admin.create(input, signal));
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'DYNAMO_IN_USE') throw error;
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `There is a table "${name}" already.`, {
      position,
      cause: error,
    });
  } finally {
    catalog.forget(name);
  }
  const ttl = settings.options.get('ttl');
  const recovers = settings.options.get('point_in_time_recovery') === 'true';
  // Both can be had of a table that is there.
  if (waits || ttl !== undefined || recovers) await waitUntilDone(name, work, describePending);
  if (ttl !== undefined) await client.admin.setTimeToLive(name, ttl, { enabled: true }, signal);
  if (recovers)
    await retryWhileBusy(TAG, work, true, () =>
      client.admin.setPointInTimeRecovery(name, { enabled: true }, signal),
    );
  catalog.forget(name);
  return true;
}

/** Tables, views and system tables have their names in common. */
async function assertNameUnused(name: string, position: number, { context }: DdlContext): Promise<void> {
  const stored = (await context.catalog.schemas.all()).find(({ schema }) => schema.name === name);
  const isView = stored !== undefined && (stored.schema.kind === 'view' || stored.schema.table !== name);
  const isSystem = findSystemTable(undefined, name) !== undefined;
  if (isView || isSystem)
    throw new DriverError(
      'CATALOG_DUPLICATE_TABLE',
      isSystem ? `"${name}" is a system table.` : `There is a view "${name}" already.`,
      { position },
    );
}

function assertDistinctColumns({ columns }: CreateTable): void {
  const twice = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `Column "${twice.name}" is there twice.`, {
      position: twice.position,
    });
}

/** DynamoDB keeps the types of keys; what the other columns are is kept as a schema. */
async function saveColumns(
  { table, columns }: CreateTable,
  { AttributeDefinitions: attributes = [] }: CreateTableInput,
  { context }: DdlContext,
): Promise<void> {
  const { schemas } = context.catalog;
  const others = columns.filter(({ name }) => !attributes.some((each) => each.AttributeName === name));
  if (others.length === 0) return;
  const names = others.map(({ name }) => `"${name}"`).join(', ');
  const unchecked = others.filter(({ notNull }) => notNull).map(({ name }) => `"${name}"`);
  if (unchecked.length > 0)
    context.session.warn(`DynamoDB does not check NOT NULL of what is in no key: ${unchecked.join(', ')}`);
  const known = (await schemas.all()).find(({ schema }) => schema.name === table.value);
  if (known?.file !== undefined) {
    context.session.warn(`${known.file} describes "${table.value}" already: it is left as it is`);
    return;
  }
  const schema: TableSchema = {
    kind: 'table',
    name: table.value,
    table: table.value,
    columns: columns.map(({ name, type }) => ({ name, path: [name], type: type.type })),
  };
  if ((await schemas.save(schema, false)) === undefined)
    context.session.warn(
      `DynamoDB keeps the types of keys only: what was said of ${names} lasts as long as this connection, for Location names no folder to keep it in`,
    );
}
