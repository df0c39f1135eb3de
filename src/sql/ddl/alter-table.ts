import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { CreateTableInput } from '../../dynamo/transport/admin.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import {
  toGlobalIndexInput,
  toIndexThroughput,
  type Throughput,
  type ResolveKeyType,
} from './table-input.ts';
import { assertWritable, type DdlContext, findTable, requireTable, type Table } from './ddl-context.ts';
import { listKeyTypes } from './key-types.ts';
import { parseTableOptions } from './table-options.ts';
import { type DdlStep, toOptionSteps } from './option-steps.ts';
import type { AlterAction, IndexClause, TableStatement, Located } from '../parse/table/table-statement.ts';
import { isOnDemand } from './throughput-options.ts';
import { describePending, describePendingIndex, retryWhileBusy, waitUntilDone } from './wait.ts';

type AlterTable = Extract<TableStatement, { kind: 'alter-table' }>;
type GlobalIndexInput = NonNullable<CreateTableInput['GlobalSecondaryIndexes']>[number];
type DropIndex = Extract<TableStatement, { kind: 'drop-index' }>;

/** Adds and removes indexes and changes options, in the order of the statement. */
export async function alterTable(statement: AlterTable, ddl: DdlContext): Promise<CommandResult> {
  const { tag, actions, waits } = statement;
  assertWritable(tag, ddl.context, statement.table.position);
  const table = statement.ifExists
    ? await findTable(statement.table, ddl)
    : await requireTable(statement.table, ddl);
  if (table === undefined) {
    ddl.context.session.warn(`relation "${statement.table.value}" does not exist, skipping`);
    return emptyResult(tag);
  }
  const steps: DdlStep[] = [];
  for (const action of actions) steps.push(...(await toSteps(action, table, ddl)));
  await runSteps(steps, table, { command: tag, waits }, ddl);
  return emptyResult(tag);
}

/** Removes indexes. The table can be omitted if only one table has an index with that name. */
export async function dropIndexes(
  { indexes, ifExists, waits }: DropIndex,
  ddl: DdlContext,
): Promise<CommandResult> {
  const command = 'DROP INDEX';
  const [first] = indexes;
  assertWritable(command, ddl.context, first?.name.position);
  for (const { table: named, name } of indexes) {
    const table =
      named === undefined
        ? await findTableWithIndex(name, ddl)
        : await findTable({ value: named, position: name.position }, ddl);
    if (table === undefined && named !== undefined && !ifExists)
      await requireTable({ value: named, position: name.position }, ddl);
    if (table === undefined) {
      if (!ifExists) throw unknownIndex(name, undefined);
      ddl.context.session.warn(`index "${name.value}" does not exist, skipping`);
      continue;
    }
    await runSteps(toDropIndexSteps({ name, ifExists }, table, ddl), table, { command, waits }, ddl);
  }
  return emptyResult(command);
}

/** Runs the steps one after the other: DynamoDB accepts a change of a table only after the previous one. */
async function runSteps(
  steps: readonly DdlStep[],
  table: Table,
  { command, waits }: { readonly command: string; readonly waits: boolean },
  ddl: DdlContext,
): Promise<void> {
  const { TableName: name } = table;
  const { catalog, session } = ddl.context;
  const { client } = session.database;
  try {
    for (const [at, step] of steps.entries()) {
      const isLast = at === steps.length - 1;
      const now = at === 0 ? table : ((await client.describeTable(name, ddl.signal)) ?? table);
      await retryWhileBusy(command, ddl, waits || at > 0, () => step.send({ ...now, TableName: name }));
      if (waits || !isLast) await waitUntilDone(name, ddl, step.describePending ?? describePending);
    }
  } finally {
    catalog.forget(name);
  }
}

async function toSteps(action: AlterAction, table: Table, ddl: DdlContext): Promise<readonly DdlStep[]> {
  const { client } = ddl.context.session.database;
  switch (action.kind) {
    case 'add-index':
      return toAddIndexSteps(action, table, ddl);
    case 'drop-index':
      return toDropIndexSteps(action, table, ddl);
    case 'set-index': {
      const { value: name } = requireGlobalIndex(action.name, table);
      const settings = parseTableOptions(action.options, 'index');
      return [
        {
          send: (now) => {
            const throughput = toIndexThroughput(settings, getThroughput(now, name), { name });
            return client.admin.update(
              {
                TableName: now.TableName,
                GlobalSecondaryIndexUpdates: [{ Update: { IndexName: name, ...throughput } }],
              },
              ddl.signal,
            );
          },
        },
      ];
    }
    case 'set':
      return toOptionSteps(parseTableOptions(action.options, 'table'), ddl);
  }
}

async function toAddIndexSteps(
  { index, ifNotExists }: Extract<AlterAction, { kind: 'add-index' }>,
  table: Table,
  ddl: DdlContext,
): Promise<readonly DdlStep[]> {
  const { context, signal } = ddl;
  if (index.kind === 'local')
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      'adding a local index to an existing table is not supported by DynamoDB',
      {
        position: index.position,
        remedy: 'Create a global index, or a new table with LOCAL INDEX in CREATE TABLE.',
      },
    );
  if (listIndexNames(table).includes(index.name)) {
    const message = `index "${index.name}" for table "${table.TableName}" already exists`;
    if (!ifNotExists) throw new DriverError('CATALOG_DUPLICATE_TABLE', message, { position: index.position });
    context.session.warn(`${message}, skipping`);
    return [];
  }
  const resolveKeyType = await createKeyTypeResolver(index, table, ddl);
  const toInput = (now: Table): GlobalIndexInput =>
    toGlobalIndexInput(index, resolveKeyType, getThroughput(now));
  // Its options are checked when the previous steps, which may change the billing mode, have run.
  const withoutOptions = toGlobalIndexInput({ ...index, options: [] }, resolveKeyType, getThroughput(table));
  checkTable(addIndexToInput(table, withoutOptions), index.position);
  const types = new Map(
    [...index.partition, ...index.sort].map((part) => [part.name, resolveKeyType(part, index.name)]),
  );
  return [
    {
      send: (now) =>
        context.session.database.client.admin.update(
          {
            TableName: now.TableName,
            AttributeDefinitions: [
              ...(now.AttributeDefinitions ?? []).filter(({ AttributeName: name = '' }) => !types.has(name)),
              ...[...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
            ],
            GlobalSecondaryIndexUpdates: [{ Create: toInput(now) }],
          },
          signal,
        ),
      describePending: describePendingIndex(index.name, 'created'),
    },
  ];
}

/** Finds the types of key attributes: in the statement, in other keys of the table, or in sampled items. */
async function createKeyTypeResolver(
  { partition, sort }: IndexClause,
  table: Table,
  { context, signal }: DdlContext,
): Promise<ResolveKeyType> {
  const known = new Map<string, string | undefined>(
    (table.AttributeDefinitions ?? []).map(({ AttributeName: name = '', AttributeType: type }) => [
      name,
      type,
    ]),
  );
  const parts = [...partition, ...sort];
  const needsSample = parts.some(({ name, type }) => type === undefined && !known.has(name));
  const columns = needsSample ? (await context.catalog.table(table.TableName, signal)).columns : [];
  return ({ name, type, position }) => {
    const knownType = known.get(name);
    if (type !== undefined) {
      if (type.key === undefined)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `key column "${name}" has type ${type.text}; DynamoDB keys must be text, numeric or bytea`,
          { position: type.position },
        );
      if (knownType !== undefined && knownType !== type.key)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `key column "${name}" has type ${type.text}, but type ${knownType} in another key`,
          { position: type.position },
        );
      return type.key;
    }
    if (knownType === 'S' || knownType === 'N' || knownType === 'B') return knownType;
    const column = columns.find((each) => each.path.length === 1 && each.path[0] === name);
    const seen = column === undefined ? [] : listKeyTypes(column);
    const [only] = seen.length === 1 ? seen : [];
    if (only !== undefined) return only;
    const reason =
      seen.length > 1
        ? `items have types ${seen.join(' and ')}`
        : 'no sampled item has it as a string, number or binary';
    throw new DriverError(
      'SQL_TABLE_DEFINITION',
      `could not determine the type of key column "${name}": ${reason}`,
      { position, remedy: `Write the type in the key: ("${name}" text), or numeric or bytea.` },
    );
  };
}

function toDropIndexSteps(
  { name, ifExists }: { readonly name: Located<string>; readonly ifExists: boolean },
  table: Table,
  { context, signal }: DdlContext,
): readonly DdlStep[] {
  if (ifExists && !listIndexNames(table).includes(name.value)) {
    context.session.warn(`index "${name.value}" for table "${table.TableName}" does not exist, skipping`);
    return [];
  }
  const { value } = requireGlobalIndex(name, table);
  return [
    {
      send: (now) =>
        context.session.database.client.admin.update(
          { TableName: now.TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: value } }] },
          signal,
        ),
      describePending: describePendingIndex(value, 'deleted'),
    },
  ];
}

/** The index is there, and is one that can be changed. */
function requireGlobalIndex(name: Located<string>, table: Table): Located<string> {
  if (table.LocalSecondaryIndexes?.some(({ IndexName }) => IndexName === name.value) === true)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `changing or dropping the local index "${name.value}" is not supported by DynamoDB`,
      { position: name.position },
    );
  if (listIndexNames(table).includes(name.value)) return name;
  throw unknownIndex(name, table);
}

function unknownIndex(name: Located<string>, table: Table | undefined): DriverError {
  const ofTable = table === undefined ? '' : ` for table "${table.TableName}"`;
  return new DriverError('SQL_UNKNOWN_INDEX', `index "${name.value}"${ofTable} does not exist`, {
    position: name.position,
    candidates: nearest(name.value, table === undefined ? [] : listIndexNames(table)),
    remedy: 'Check the name; SHOW INDEXES FROM table lists the indexes of a table.',
  });
}

function listIndexNames(table: Table): readonly string[] {
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return all.map(({ IndexName: name = '' }) => name);
}

/** Finds the only table with an index of this name; throws CATALOG_AMBIGUOUS_TABLE if there are several. */
async function findTableWithIndex(
  { value, position }: Located<string>,
  { context: { catalog, session }, signal }: DdlContext,
): Promise<Table | undefined> {
  const found: Table[] = [];
  for (const name of await catalog.tableNames(signal)) {
    const table = await session.database.client.describeTable(name, signal);
    if (table === undefined) continue;
    const named: Table = { ...table, TableName: name };
    if (listIndexNames(named).includes(value)) found.push(named);
  }
  const [first, second] = found;
  if (first === undefined || second === undefined) return first;
  const candidates = found.map(({ TableName: name }) => `${name}.${value}`);
  throw new DriverError('CATALOG_AMBIGUOUS_TABLE', `index name "${value}" is ambiguous`, {
    position,
    candidates,
    remedy: `Qualify it with the table: ${candidates.join(', ')}.`,
  });
}

/** The current capacity of a table or one of its indexes. */
function getThroughput(table: Table, index?: string): Throughput {
  if (isOnDemand(table)) return { BillingMode: 'PAY_PER_REQUEST' };
  const target = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index) ?? table;
  const { ReadCapacityUnits: read = 1, WriteCapacityUnits: write = 1 } = target.ProvisionedThroughput ?? {};
  return {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
  };
}

/** The CreateTable input of the table with the new index, for the linter. */
function addIndexToInput(table: Table, index: GlobalIndexInput): CreateTableInput {
  const { TableName, KeySchema, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = table;
  const definition = ({
    IndexName,
    KeySchema: key,
    Projection,
  }: Pick<(typeof LocalSecondaryIndexes)[number], 'IndexName' | 'KeySchema' | 'Projection'>) => ({
    IndexName,
    KeySchema: key,
    Projection,
  });
  return {
    TableName,
    KeySchema,
    AttributeDefinitions: table.AttributeDefinitions,
    GlobalSecondaryIndexes: [...GlobalSecondaryIndexes.map(definition), index],
    LocalSecondaryIndexes: LocalSecondaryIndexes.map(definition),
  };
}
