import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { CreateTableInput } from '../../dynamo/transport/admin.ts';
import { checkTable } from '../../dynamo/lint/lint-tables.ts';
import { type CommandResult, done } from '../exec/command.ts';
import { globalIndexInput, indexThroughput, type Throughput, type TypeOfAttribute } from './definition.ts';
import { keyTypesOf } from './key-types.ts';
import { readSettings } from './options.ts';
import { settingSteps } from './settings-steps.ts';
import type { AlterAction, IndexClause, TableStatement, Located } from '../parse/table/table-statement.ts';
import { isOnDemand } from './throughput-now.ts';
import {
  findTable,
  indexState,
  refuseReadOnly,
  requireTable,
  stateOf,
  type Step,
  type Table,
  untilDone,
  whenFree,
  type Work,
} from './work.ts';

type AlterTable = Extract<TableStatement, { kind: 'alter-table' }>;
type GlobalIndexInput = NonNullable<CreateTableInput['GlobalSecondaryIndexes']>[number];
type DropIndex = Extract<TableStatement, { kind: 'drop-index' }>;

/** Adds and removes indexes, and changes the options of a table, one after the other. */
export async function alterTable(statement: AlterTable, work: Work): Promise<CommandResult> {
  const { tag, actions, waits } = statement;
  refuseReadOnly(tag, work.context, statement.table.position);
  const table = statement.ifExists
    ? await findTable(statement.table, work)
    : await requireTable(statement.table, work);
  if (table === undefined) {
    work.context.session.warn(`There is no table "${statement.table.value}": nothing is changed`);
    return done(tag);
  }
  const steps: Step[] = [];
  for (const action of actions) steps.push(...(await stepsOf(action, table, work)));
  await take(steps, table, { what: tag, waits }, work);
  return done(tag);
}

/** Removes indexes, whose tables need not be named where only one table has an index of the name. */
export async function dropIndexes(
  { indexes, ifExists, waits }: DropIndex,
  work: Work,
): Promise<CommandResult> {
  const what = 'DROP INDEX';
  const [first] = indexes;
  refuseReadOnly(what, work.context, first?.name.position);
  for (const { table: named, name } of indexes) {
    const table =
      named === undefined
        ? await tableWithIndex(name, work)
        : await findTable({ value: named, position: name.position }, work);
    if (table === undefined && named !== undefined && !ifExists)
      await requireTable({ value: named, position: name.position }, work);
    if (table === undefined) {
      if (!ifExists) throw unknownIndex(name, undefined);
      work.context.session.warn(`There is no index "${name.value}": nothing is dropped`);
      continue;
    }
    await take(dropSteps({ name, ifExists }, table, work), table, { what, waits }, work);
  }
  return done(what);
}

/** Does one step after the other; each has to wait for the one before. */
async function take(
  steps: readonly Step[],
  table: Table,
  { what, waits }: { readonly what: string; readonly waits: boolean },
  work: Work,
): Promise<void> {
  const { TableName: name } = table;
  const { catalog, session } = work.context;
  const { client } = session.database;
  try {
    for (const [at, step] of steps.entries()) {
      const isLast = at === steps.length - 1;
      const now = at === 0 ? table : ((await client.describeTable(name, work.signal)) ?? table);
      await whenFree(what, work, waits || at > 0, () => step.send({ ...now, TableName: name }));
      if (waits || !isLast) await untilDone(name, work, step.state ?? stateOf);
    }
  } finally {
    catalog.forget(name);
  }
}

async function stepsOf(action: AlterAction, table: Table, work: Work): Promise<readonly Step[]> {
  const { client } = work.context.session.database;
  switch (action.kind) {
    case 'add-index':
      return addSteps(action, table, work);
    case 'drop-index':
      return dropSteps(action, table, work);
    case 'set-index': {
      const { value: name } = requireIndex(action.name, table);
      const settings = readSettings(action.options, 'index');
      return [
        {
          send: (now) => {
            const throughput = indexThroughput(settings, throughputNow(now, name), { name });
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
      return settingSteps(readSettings(action.options, 'table'), work);
  }
}

async function addSteps(
  { index, ifNotExists }: Extract<AlterAction, { kind: 'add-index' }>,
  table: Table,
  work: Work,
): Promise<readonly Step[]> {
  const { context, signal } = work;
  if (index.kind === 'local')
    throw new DriverError('SQL_NOT_SUPPORTED', 'DynamoDB makes local indexes with their tables only.', {
      position: index.position,
      remedy: 'Make a global index, or the table anew with LOCAL INDEX in CREATE TABLE.',
    });
  if (indexNames(table).includes(index.name)) {
    if (!ifNotExists)
      throw new DriverError(
        'CATALOG_DUPLICATE_TABLE',
        `Table ${table.TableName} has an index "${index.name}" already.`,
        { position: index.position },
      );
    context.session.warn(`Table ${table.TableName} has an index "${index.name}" already: it is left as it is`);
    return [];
  }
  const typeOf = await attributeTypes(index, table, work);
  const made = (now: Table): GlobalIndexInput => globalIndexInput(index, typeOf, throughputNow(now));
  // Its capacity is judged when the steps before have been taken.
  const plain = globalIndexInput({ ...index, options: [] }, typeOf, throughputNow(table));
  checkTable(withIndex(table, plain), index.position);
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
      state: indexState(index.name, 'made'),
    },
  ];
}

/** The types of an index's attributes: as they are written, as the table has them, or as its items do. */
async function attributeTypes(
  { partition, sort }: IndexClause,
  table: Table,
  { context, signal }: Work,
): Promise<TypeOfAttribute> {
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
    const seen = column === undefined ? [] : keyTypesOf(column);
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

function dropSteps(
  { name, ifExists }: { readonly name: Located<string>; readonly ifExists: boolean },
  table: Table,
  { context, signal }: Work,
): readonly Step[] {
  if (ifExists && !indexNames(table).includes(name.value)) {
    context.session.warn(`Table ${table.TableName} has no index "${name.value}": nothing is dropped`);
    return [];
  }
  const { value } = requireIndex(name, table);
  return [
    {
      send: (now) =>
        context.session.database.client.admin.update(
          { TableName: now.TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: value } }] },
          signal,
        ),
      state: indexState(value, 'dropped'),
    },
  ];
}

/** The index is there, and is one that can be changed. */
function requireIndex(name: Located<string>, table: Table): Located<string> {
  if (table.LocalSecondaryIndexes?.some(({ IndexName }) => IndexName === name.value) === true)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `"${name.value}" is a local index: DynamoDB neither changes nor removes these while their tables last.`,
      { position: name.position },
    );
  if (indexNames(table).includes(name.value)) return name;
  throw unknownIndex(name, table);
}

function unknownIndex(name: Located<string>, table: Table | undefined): DriverError {
  const where = table === undefined ? 'No table' : `Table ${table.TableName}`;
  return new DriverError('SQL_UNKNOWN_INDEX', `${where} has ${table ? 'no' : 'an'} index "${name.value}".`, {
    position: name.position,
    candidates: nearest(name.value, table === undefined ? [] : indexNames(table)),
    remedy: 'Check the name; SHOW INDEXES FROM table lists the indexes of a table.',
  });
}

function indexNames(table: Table): readonly string[] {
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return all.map(({ IndexName: name = '' }) => name);
}

/** The only table that has an index of this name. */
async function tableWithIndex(
  { value, position }: Located<string>,
  { context: { catalog, session }, signal }: Work,
): Promise<Table | undefined> {
  const found: Table[] = [];
  for (const name of await catalog.tableNames(signal)) {
    const table = await session.database.client.describeTable(name, signal);
    if (table === undefined) continue;
    const named: Table = { ...table, TableName: name };
    if (indexNames(named).includes(value)) found.push(named);
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
function throughputNow(table: Table, index?: string): Throughput {
  if (isOnDemand(table)) return { BillingMode: 'PAY_PER_REQUEST' };
  const of = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index) ?? table;
  const { ReadCapacityUnits: read = 1, WriteCapacityUnits: write = 1 } = of.ProvisionedThroughput ?? {};
  return {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
  };
}

/** The table as it will be. */
function withIndex(table: Table, index: GlobalIndexInput): CreateTableInput {
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
