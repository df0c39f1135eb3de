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
import { listKeyTypes } from './key-types.ts';
import { parseTableOptions } from './table-options.ts';
import { toOptionSteps } from './option-steps.ts';
import type { AlterAction, IndexClause, TableStatement, Located } from '../parse/table/table-statement.ts';
import { isOnDemand } from './throughput-options.ts';
import {
  findTable,
  describePendingIndex,
  assertWritable,
  requireTable,
  describePending,
  type DdlStep,
  type Table,
  waitUntilDone,
  retryWhileBusy,
  type DdlContext,
} from './ddl-context.ts';

type AlterTable = Extract<TableStatement, { kind: 'alter-table' }>;
type GlobalIndexInput = NonNullable<CreateTableInput['GlobalSecondaryIndexes']>[number];
type DropIndex = Extract<TableStatement, { kind: 'drop-index' }>;

/** Adds and removes indexes, and changes the options of a table, one after the other. */
export async function alterTable(statement: AlterTable, work: DdlContext): Promise<CommandResult> {
  const { tag, actions, waits } = statement;
  assertWritable(tag, work.context, statement.table.position);
  const table = statement.ifExists
    ? await findTable(statement.table, work)
    : await requireTable(statement.table, work);
  if (table === undefined) {
    work.context.session.warn(`There is no table "${statement.table.value}": nothing is changed`);
    return emptyResult(tag);
  }
  const steps: DdlStep[] = [];
  for (const action of actions) steps.push(...(await toSteps(action, table, work)));
  await runSteps(steps, table, { what: tag, waits }, work);
  return emptyResult(tag);
}

/** Removes indexes, whose tables need not be named where only one table has an index of the name. */
export async function dropIndexes(
  { indexes, ifExists, waits }: DropIndex,
  work: DdlContext,
): Promise<CommandResult> {
  const what = 'DROP INDEX';
  const [first] = indexes;
  assertWritable(what, work.context, first?.name.position);
  for (const { table: named, name } of indexes) {
    const table =
      named === undefined
        ? await findTableWithIndex(name, work)
        : await findTable({ value: named, position: name.position }, work);
    if (table === undefined && named !== undefined && !ifExists)
      await requireTable({ value: named, position: name.position }, work);
    if (table === undefined) {
      if (!ifExists) throw unknownIndex(name, undefined);
      work.context.session.warn(`There is no index "${name.value}": nothing is dropped`);
      continue;
    }
    await runSteps(toDropIndexSteps({ name, ifExists }, table, work), table, { what, waits }, work);
  }
  return emptyResult(what);
}

/** Does one step after the other; each has to wait for the one before. */
async function runSteps(
  steps: readonly DdlStep[],
  table: Table,
  { what, waits }: { readonly what: string; readonly waits: boolean },
  work: DdlContext,
): Promise<void> {
  const { TableName: name } = table;
  const { catalog, session } = work.context;
  const { client } = session.database;
  try {
    for (const [at, step] of steps.entries()) {
      const isLast = at === steps.length - 1;
      const now = at === 0 ? table : ((await client.describeTable(name, work.signal)) ?? table);
      await retryWhileBusy(what, work, waits || at > 0, () => step.send({ ...now, TableName: name }));
      if (waits || !isLast) await waitUntilDone(name, work, step.state ?? describePending);
    }
  } finally {
    catalog.forget(name);
  }
}

async function toSteps(action: AlterAction, table: Table, work: DdlContext): Promise<readonly DdlStep[]> {
  const { client } = work.context.session.database;
  switch (action.kind) {
    case 'add-index':
      return toAddIndexSteps(action, table, work);
    case 'drop-index':
      return toDropIndexSteps(action, table, work);
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
              work.signal,
            );
          },
        },
      ];
    }
    case 'set':
      return toOptionSteps(parseTableOptions(action.options, 'table'), work);
  }
}

async function toAddIndexSteps(
  { index, ifNotExists }: Extract<AlterAction, { kind: 'add-index' }>,
  table: Table,
  work: DdlContext,
): Promise<readonly DdlStep[]> {
  const { context, signal } = work;
  if (index.kind === 'local')
    throw new DriverError('SQL_NOT_SUPPORTED', 'DynamoDB makes local indexes with their tables only.', {
      position: index.position,
      remedy: 'Make a global index, or the table anew with LOCAL INDEX in CREATE TABLE.',
    });
  if (listIndexNames(table).includes(index.name)) {
    if (!ifNotExists)
      throw new DriverError(
        'CATALOG_DUPLICATE_TABLE',
        `Table ${table.TableName} has an index "${index.name}" already.`,
        { position: index.position },
      );
    context.session.warn(
      `Table ${table.TableName} has an index "${index.name}" already: it is left as it is`,
    );
    return [];
  }
  const typeOf = await createKeyTypeResolver(index, table, work);
  const made = (now: Table): GlobalIndexInput => toGlobalIndexInput(index, typeOf, getThroughput(now));
  // Its capacity is judged when the steps before have been taken.
  const plain = toGlobalIndexInput({ ...index, options: [] }, typeOf, getThroughput(table));
  checkTable(addIndexToInput(table, plain), index.position);
  const types = new Map(
    [...index.partition, ...index.sort].map((part) => [part.name, typeOf(part, index.name)]),
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
            GlobalSecondaryIndexUpdates: [{ Create: made(now) }],
          },
          signal,
        ),
      state: describePendingIndex(index.name, 'made'),
    },
  ];
}

/** The types of an index's attributes: as they are written, as the table has them, or as its items do. */
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
  const isGuess = parts.some(({ name, type }) => type === undefined && !known.has(name));
  const columns = isGuess ? (await context.catalog.table(table.TableName, signal)).columns : [];
  return ({ name, type, position }) => {
    const has = known.get(name);
    if (type !== undefined) {
      if (type.key === undefined)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `"${name}" is ${type.text}: a key of DynamoDB is text, a number or bytea.`,
          { position: type.position },
        );
      if (has !== undefined && has !== type.key)
        throw new DriverError(
          'SQL_TABLE_DEFINITION',
          `"${name}" is ${type.text} here, and of type ${has} in another key.`,
          { position: type.position },
        );
      return type.key;
    }
    if (has === 'S' || has === 'N' || has === 'B') return has;
    const column = columns.find((each) => each.path.length === 1 && each.path[0] === name);
    const seen = column === undefined ? [] : listKeyTypes(column);
    const [only] = seen.length === 1 ? seen : [];
    if (only !== undefined) return only;
    const found =
      seen.length > 1
        ? `items have it as ${seen.join(' and ')}`
        : 'no item that was sampled has it as text, number or bytes';
    throw new DriverError('SQL_TABLE_DEFINITION', `The type of "${name}" is not known: ${found}.`, {
      position,
      remedy: `Write its type into the key: ("${name}" text), numeric or bytea.`,
    });
  };
}

function toDropIndexSteps(
  { name, ifExists }: { readonly name: Located<string>; readonly ifExists: boolean },
  table: Table,
  { context, signal }: DdlContext,
): readonly DdlStep[] {
  if (ifExists && !listIndexNames(table).includes(name.value)) {
    context.session.warn(`Table ${table.TableName} has no index "${name.value}": nothing is dropped`);
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
      state: describePendingIndex(value, 'dropped'),
    },
  ];
}

/** The index is there, and is one that can be changed. */
function requireGlobalIndex(name: Located<string>, table: Table): Located<string> {
  if (table.LocalSecondaryIndexes?.some(({ IndexName }) => IndexName === name.value) === true)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `"${name.value}" is a local index: DynamoDB neither changes nor removes these while their tables last.`,
      { position: name.position },
    );
  if (listIndexNames(table).includes(name.value)) return name;
  throw unknownIndex(name, table);
}

function unknownIndex(name: Located<string>, table: Table | undefined): DriverError {
  const where = table === undefined ? 'No table' : `Table ${table.TableName}`;
  return new DriverError('SQL_UNKNOWN_INDEX', `${where} has ${table ? 'no' : 'an'} index "${name.value}".`, {
    position: name.position,
    candidates: nearest(name.value, table === undefined ? [] : listIndexNames(table)),
    remedy: 'Check the name; SHOW INDEXES FROM table lists the indexes of a table.',
  });
}

function listIndexNames(table: Table): readonly string[] {
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return all.map(({ IndexName: name = '' }) => name);
}

/** The only table that has an index of this name. */
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
  throw new DriverError('CATALOG_AMBIGUOUS_TABLE', `Several tables have an index "${value}".`, {
    position,
    candidates,
    remedy: `Name the table as well: ${candidates.join(', ')}.`,
  });
}

/** The capacity of a table, or of one of its indexes, as it is. */
function getThroughput(table: Table, index?: string): Throughput {
  if (isOnDemand(table)) return { BillingMode: 'PAY_PER_REQUEST' };
  const of = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index) ?? table;
  const { ReadCapacityUnits: read = 1, WriteCapacityUnits: write = 1 } = of.ProvisionedThroughput ?? {};
  return {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
  };
}

/** The table as it will be. */
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
