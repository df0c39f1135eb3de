import { setTimeout as sleep } from 'node:timers/promises';
import type { TableDescription } from '../../catalog/describe.ts';
import { DriverError } from '../../core/errors.ts';
import { isBusy } from '../../dynamo/transport/admin.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { findSystemTable } from '../system/registry.ts';
import type { Located } from '../parse/table/table-statement.ts';

/** A statement about tables at work. */
export interface DdlContext {
  readonly parsed: ParsedCommand;
  readonly context: StatementContext;
  readonly signal: AbortSignal;
}

/** A table as DynamoDB describes it, by the name that requests must call it. */
export type Table = TableDescription & { readonly TableName: string };

/** A request of its own: DynamoDB takes one change of a table at a time. */
export interface DdlStep {
  send(table: Table): Promise<void>;
  /** What DynamoDB is at on its account; undefined: nothing. Absent: what the table is at. */
  readonly state?: (table: TableDescription | undefined) => string | undefined;
}

const FIRST_LOOK_MS = 50;
const LONGEST_PAUSE_MS = 5000;
/** How long DynamoDB may take over a table or an index: indexes are filled from their tables. */
const LONGEST_WORK_MS = 24 * 60 * 60_000;
const LONGEST_BUSY_MS = 10 * 60_000;
/** Looks at a table that is at nothing and yet not as it was told to be: about a minute. */
const MOST_UNSEEN = 22;
const FIRST_WORD_MS = 1000;
const NEXT_WORD_MS = 15_000;

/** Refuses what may not be written. */
export function assertWritable(verb: string, { session }: StatementContext, position = 1): void {
  if (session.readOnly)
    throw new DriverError('SQL_READ_ONLY', `${verb} changes tables, and the connection is Readonly.`, {
      position,
    });
}

/** A table as DynamoDB describes it now, by a name as SQL writes it; undefined where there is none. */
export async function findTable(
  { value, position }: Located<string>,
  { context: { catalog, session }, signal }: DdlContext,
): Promise<Table | undefined> {
  const stored = await catalog.schemas.find(value);
  const isSystem = findSystemTable(undefined, value) !== undefined;
  if (stored?.schema.kind === 'view' || isSystem)
    throw new DriverError(
      'CATALOG_WRONG_KIND',
      `"${value}" is a ${isSystem ? 'system table' : 'view'}, and no table of DynamoDB.`,
      { position, remedy: isSystem ? 'Name a table.' : 'Name a table; DROP VIEW removes views.' },
    );
  catalog.forget(value);
  try {
    const { name } = await catalog.described(value, signal);
    const table = await session.database.client.describeTable(name, signal);
    return table && { ...table, TableName: name };
  } catch (error) {
    if (error instanceof DriverError && error.code === 'CATALOG_UNKNOWN_TABLE') return undefined;
    throw error;
  }
}

/** The same of a table that has to be there. */
export async function requireTable(table: Located<string>, work: DdlContext): Promise<Table> {
  const found = await findTable(table, work);
  if (found !== undefined) return found;
  const { value, position } = table;
  // What the catalog says of it names what it may have been meant to be.
  const failure = await work.context.catalog.described(value, work.signal).then(
    () => undefined,
    (error: unknown) => (error instanceof DriverError ? error : undefined),
  );
  throw new DriverError('CATALOG_UNKNOWN_TABLE', failure?.message ?? `There is no table "${value}"`, {
    position,
    ...(failure?.candidates === undefined ? {} : { candidates: failure.candidates }),
  });
}

/** Sends a request; where DynamoDB is at other work, again when it may be done. */
export async function retryWhileBusy<T>(
  what: string,
  { context, signal }: DdlContext,
  waits: boolean,
  send: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  for (const pause of pauses()) {
    try {
      return await send();
    } catch (error) {
      if (!waits || !isBusy(error) || performance.now() - begun > LONGEST_BUSY_MS) throw error;
      if (pause >= FIRST_WORD_MS) context.session.notice(`${what} waits: DynamoDB is at work on the table`);
      await sleep(pause, undefined, { signal });
    }
  }
  throw new DriverError('DYNAMO_IN_USE', `${what}: DynamoDB is at work on the table.`);
}

/**
 * Waits until DynamoDB has done what it was told. `state` tells what it is at, and undefined when it is done.
 */
export async function waitUntilDone(
  table: string,
  { context: { session }, signal }: DdlContext,
  state: (description: TableDescription | undefined) => string | undefined,
): Promise<void> {
  const begun = performance.now();
  let nextWordMs = FIRST_WORD_MS;
  let told: string | undefined;
  for (const pause of pauses()) {
    const at = state(await session.database.client.describeTable(table, signal));
    const elapsedMs = performance.now() - begun;
    if (at === undefined) return;
    if (elapsedMs > LONGEST_WORK_MS)
      throw new DriverError('EXEC_TIMEOUT', `${at}: DynamoDB is at it for a day.`, {
        remedy: 'SHOW INDEXES and DESCRIBE tell how far it is.',
      });
    if (elapsedMs >= nextWordMs || (told !== undefined && told !== at)) {
      session.notice(`${at}, ${Math.round(elapsedMs / 1000)} s so far`);
      [told, nextWordMs] = [at, elapsedMs + NEXT_WORD_MS];
    }
    await sleep(pause, undefined, { signal });
  }
}

/** What a table and its indexes are at; undefined: nothing. */
export function describePending(table: TableDescription | undefined): string | undefined {
  if (table === undefined) return 'The table is not there yet';
  const { TableStatus: status = 'ACTIVE', TableName: name = '' } = table;
  const index = table.GlobalSecondaryIndexes?.find(
    ({ IndexStatus }) => IndexStatus !== undefined && IndexStatus !== 'ACTIVE',
  );
  if (index !== undefined) {
    const filled = index.Backfilling === true ? ' and being filled' : '';
    return `Index ${index.IndexName} of ${name} is ${index.IndexStatus}${filled}`;
  }
  return status === 'ACTIVE' ? undefined : `Table ${name} is ${status}`;
}

/** The same, of a table that is to have an index, or to have it no longer. */
export function describePendingIndex(
  index: string,
  is: 'made' | 'dropped',
): (table: TableDescription | undefined) => string | undefined {
  let unseen = 0;
  return (table) => {
    const isThere = table?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === index) === true;
    const state = describePending(table);
    if (state !== undefined || isThere === (is === 'made')) return state;
    // DescribeTable may lag behind, though not for long.
    unseen += 1;
    if (unseen > MOST_UNSEEN)
      throw new DriverError(
        'DYNAMO_MALFORMED',
        `DynamoDB took the request, and index ${index} is not ${is}.`,
        {
          remedy: 'Ask again with SHOW INDEXES; an emulator may not know such requests.',
        },
      );
    return `Index ${index} is being ${is}`;
  };
}

function* pauses(): Generator<number, void> {
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) yield pause;
}
