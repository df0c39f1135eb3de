import type { TableSchema } from '../../catalog/schemas/schema-file.ts';
import { EPOCH_SECONDS } from '../../catalog/stored-time.ts';
import { DriverError } from '../../core/errors.ts';
import { toTypeTags } from '../../catalog/type-tags.ts';
import type { CreateTableInput } from '../../dynamo/transport/admin.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import { findSystemTable } from '../system/registry.ts';
import { isPlainKeyType } from './key-types.ts';
import { toCreateTableInput } from './table-input.ts';
import { parseTableOptions, type TableOptions } from './table-options.ts';
import type { TableStatement, Located } from '../parse/table/table-statement.ts';
import { assertWritable, type DdlContext } from './ddl-context.ts';
import { describePending, retryWhileBusy, waitUntilDone } from './wait.ts';

type CreateTable = Extract<TableStatement, { kind: 'create-table' }>;

const TAG = 'CREATE TABLE';

/** Creates a table with its indexes. */
export async function createTable(statement: CreateTable, ddl: DdlContext): Promise<CommandResult> {
  const { table } = statement;
  assertWritable(TAG, ddl.context, table.position);
  assertDistinctColumns(statement);
  const settings = parseTableOptions(statement.options, 'table');
  const input = toCreateTableInput(statement, settings);
  checkTable(input, table.position);
  const created = await sendCreateTable(input, settings, table, statement, ddl);
  if (created) await saveColumns(statement, input, settings.options.get('ttl'), ddl);
  return emptyResult(TAG);
}

/** Sends CreateTable and the requests for further options. Returns false if the table exists and `ifNotExists`. */
export async function sendCreateTable(
  input: CreateTableInput,
  settings: TableOptions,
  { value: name, position }: Located<string>,
  { ifNotExists, waits }: { readonly ifNotExists: boolean; readonly waits: boolean },
  ddl: DdlContext,
): Promise<boolean> {
  const { context, signal } = ddl;
  const { catalog, session } = context;
  const { client } = session.database;
  await assertNameUnused(name, position, ddl);
  if (ifNotExists && (await client.describeTable(name, signal)) !== undefined) {
    session.warn(`relation "${name}" already exists, skipping`);
    return false;
  }
  try {
    await retryWhileBusy(TAG, ddl, false, () => client.admin.create(input, signal));
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'DYNAMO_IN_USE') throw error;
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `relation "${name}" already exists`, {
      position,
      cause: error,
    });
  } finally {
    catalog.forget(name);
  }
  const ttl = settings.options.get('ttl');
  const recovers = settings.options.get('point_in_time_recovery') === 'true';
  // Both require a table that is ACTIVE.
  if (waits || ttl !== undefined || recovers) await waitUntilDone(name, ddl, describePending);
  if (ttl !== undefined) await client.admin.setTimeToLive(name, ttl, { enabled: true }, signal);
  if (recovers)
    await retryWhileBusy(TAG, ddl, true, () =>
      client.admin.setPointInTimeRecovery(name, { enabled: true }, signal),
    );
  catalog.forget(name);
  return true;
}

/** Tables, views and system tables share one namespace. */
async function assertNameUnused(name: string, position: number, { context }: DdlContext): Promise<void> {
  const stored = (await context.catalog.schemas.all()).find(({ schema }) => schema.name === name);
  const isView = stored !== undefined && (stored.schema.kind === 'view' || stored.schema.table !== name);
  const isSystem = findSystemTable(undefined, name) !== undefined;
  if (isView || isSystem)
    throw new DriverError(
      'CATALOG_DUPLICATE_TABLE',
      `relation "${name}" already exists: it is a ${isSystem ? 'system table' : 'view'}`,
      { position, remedy: 'Choose another name.' },
    );
}

function assertDistinctColumns({ columns }: CreateTable): void {
  const duplicate = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i);
  if (duplicate !== undefined)
    throw new DriverError('SQL_TABLE_DEFINITION', `column "${duplicate.name}" specified more than once`, {
      position: duplicate.position,
    });
}

/** DynamoDB stores only the types of keys, so the types of the other columns are saved as a schema. */
async function saveColumns(
  { table, columns }: CreateTable,
  { AttributeDefinitions: attributes = [] }: CreateTableInput,
  ttl: string | undefined,
  ddl: DdlContext,
): Promise<void> {
  const { context } = ddl;
  const { schemas } = context.catalog;
  const others = columns.filter(({ name }) => !attributes.some((each) => each.AttributeName === name));
  const unknown = columns.filter((column) => others.includes(column) || !isPlainKeyType(column.type));
  if (unknown.length === 0) return;
  const unchecked = others.filter(({ notNull }) => notNull).map(({ name }) => `"${name}"`);
  if (unchecked.length > 0)
    context.session.warn(`NOT NULL is not enforced for columns outside keys: ${unchecked.join(', ')}`);
  const stored = (await schemas.all()).find(({ schema }) => schema.name === table.value);
  if (stored?.file !== undefined) {
    context.session.warn(`the schema file ${stored.file} for "${table.value}" already exists, skipping`);
    return;
  }
  const schema: TableSchema = {
    kind: 'table',
    name: table.value,
    table: table.value,
    columns: columns.map(({ name, type: { type, declared } }) => ({
      name,
      path: [name],
      type: name === ttl && type.kind === 'timestamptz' ? { ...type, stored: EPOCH_SECONDS } : type,
      ...(declared === undefined ? {} : { declared }),
    })),
  };
  if ((await schemas.save(schema, false)) !== undefined) return;
  const failure = await saveAsTags(schema, ddl);
  if (failure === undefined) return;
  const names = unknown.map(({ name }) => `"${name}"`).join(', ');
  context.session.warn(
    `the types of ${names} are known only to this connection: Location is not set, and the table cannot be tagged with them (${failure})`,
  );
}

/** Keeps the types of columns in tags of the table. Returns the reason where that is not possible. */
async function saveAsTags({ table, columns }: TableSchema, ddl: DdlContext): Promise<string | undefined> {
  const { client } = ddl.context.session.database;
  const tags = toTypeTags(columns);
  if (tags === undefined) return 'their names are too long for tags';
  try {
    const { arn } = await ddl.context.catalog.described(table, ddl.signal);
    if (arn === undefined) return 'the table has no ARN';
    await retryWhileBusy(TAG, ddl, true, () => client.admin.setTags(arn, tags, ddl.signal));
    return undefined;
  } catch (error) {
    // The table exists, whatever happens to its tags.
    if (!(error instanceof DriverError) || ddl.signal.aborted) throw error;
    return error.message;
  }
}
