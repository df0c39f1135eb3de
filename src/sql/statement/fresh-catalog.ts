import type { Catalog } from '../../catalog/catalog.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { addStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ResultColumn } from '../types/types.ts';
import type { RunningBody, StatementBody } from './statement.ts';

/** Failures that a table may cause that looks different by now. */
const QUERY_FAILURES: readonly ErrorCode[] = [
  'CATALOG_UNKNOWN_TABLE',
  'CATALOG_TYPE_DRIFT',
  'SQL_UNKNOWN_COLUMN',
  'SQL_UNKNOWN_INDEX',
  // An operator or aggregate that the type of a column does not have.
  'SQL_UNKNOWN_FUNCTION',
];

const STALE: Readonly<Record<'query' | 'write', ReadonlySet<ErrorCode>>> = {
  query: new Set(QUERY_FAILURES),
  // A key attribute has no value, or one of another type.
  write: new Set([...QUERY_FAILURES, 'SQL_NOT_NULL', 'SQL_BAD_VALUE']),
};

/** What running a statement again depends on. */
interface Scope {
  readonly context: StatementContext;
  readonly signal: AbortSignal;
  readonly staleCodes: ReadonlySet<ErrorCode>;
}

const restartable = new WeakSet<object>();

/**
 * Whether the same statement may succeed if it runs again: its tables look different by now, so that its rows would have
 * other columns than were announced.
 */
export function isRestartable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && restartable.has(error);
}

/**
 * The catalog describes and samples a table rarely, while other programs change it. A statement that fails in a way that
 * a change may explain looks at its tables again, and runs a second time if they look different and it wrote nothing.
 */
export function withFreshCatalog(body: StatementBody): StatementBody {
  const staleCodes = STALE[body.transactionRole.kind === 'query' ? 'query' : 'write'];
  return {
    ...body,
    columns: (context, signal) =>
      tryTwice({ context, signal, staleCodes }, () => body.columns(context, signal)),
    explain: (parameters, context, signal) =>
      tryTwice({ context, signal, staleCodes }, () => body.explain(parameters, context, signal)),
    async run(parameters, context, signal) {
      const scope = { context, signal, staleCodes };
      const run = (): Promise<RunningBody> => body.run(parameters, context, signal);
      return withSecondTry(await tryTwice(scope, run), scope, run);
    },
  };
}

async function tryTwice<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(await hasChanged(error, scope))) throw error;
    return work();
  }
}

/** A running statement that starts over where its first rows cannot be read because a table has changed. */
function withSecondTry(first: RunningBody, scope: Scope, run: () => Promise<RunningBody>): RunningBody {
  let second: RunningBody | undefined;
  let isCounted = false;
  const countSecond = (): void => {
    if (second === undefined || isCounted) return;
    isCounted = true;
    addStats(first.stats, second.stats);
  };
  const startOver = async (error: unknown): Promise<RunningBody> => {
    if (!(await hasChanged(error, scope))) throw error;
    second = await run();
    if (haveSameTypes(first.columns, second.columns)) return second;
    if (error instanceof DriverError) restartable.add(error);
    throw error;
  };
  const readPages = <T>(open: (running: RunningBody) => AsyncGenerator<T>): AsyncGenerator<T> =>
    new SecondTryPages(first, open, startOver, countSecond);
  const { texts, isCut } = first;
  return {
    ...first,
    arrays: () => readPages((running) => running.arrays()),
    objects: () => readPages((running) => running.objects()),
    texts: texts && (() => readPages((running) => running.texts?.() ?? texts())),
    ...(isCut && { isCut: () => (second ?? first).isCut?.() ?? false }),
    async close() {
      countSecond();
      await first.close();
      await second?.close();
    },
  };
}

/** Pages that may start over while there are none. Written by hand: a look-up has no time for another async generator. */
class SecondTryPages<T> implements AsyncGenerator<T> {
  #pages: AsyncGenerator<T>;
  #isStarted = false;
  readonly #open: (running: RunningBody) => AsyncGenerator<T>;
  readonly #startOver: (error: unknown) => Promise<RunningBody>;
  readonly #onEnd: () => void;

  constructor(
    first: RunningBody,
    open: (running: RunningBody) => AsyncGenerator<T>,
    startOver: (error: unknown) => Promise<RunningBody>,
    onEnd: () => void,
  ) {
    this.#pages = open(first);
    this.#open = open;
    this.#startOver = startOver;
    this.#onEnd = onEnd;
  }

  async next(): Promise<IteratorResult<T>> {
    const page = this.#isStarted ? await this.#pages.next() : await this.#first();
    if (page.done === true) this.#onEnd();
    return page;
  }

  async #first(): Promise<IteratorResult<T>> {
    this.#isStarted = true;
    try {
      return await this.#pages.next();
    } catch (error) {
      this.#pages = this.#open(await this.#startOver(error));
      return this.#pages.next();
    }
  }

  return(value: unknown): Promise<IteratorResult<T>> {
    return this.#pages.return(value);
  }

  throw(thrown: unknown): Promise<IteratorResult<T>> {
    return this.#pages.throw(thrown);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined);
  }
}

function haveSameTypes(before: readonly ResultColumn[], after: readonly ResultColumn[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ name, type }, i) => name === after[i]?.name && type === after[i]?.type)
  );
}

/** Looks at the statement's tables again, if the failure may come from a change; whether one of them has changed. */
async function hasChanged(error: unknown, { context, signal, staleCodes }: Scope): Promise<boolean> {
  const { trace, catalog } = context;
  if (!(error instanceof DriverError)) return false;
  if (!staleCodes.has(error.code) && !isValidationFailure(error)) return false;
  if (trace.hasWritten || signal.aborted) return false;
  const lookups = new Map(trace.lookups.map(({ name, table }) => [name, table]));
  let isDifferent = false;
  for (const [name, table] of lookups) {
    const before = describeLook(await settled(table));
    try {
      const known = await lookUp(name, catalog, signal);
      if (describeLook(known) === before) catalog.forget(name);
      if (describeLook(await lookUp(name, catalog, signal)) !== before) isDifferent = true;
    } catch {
      // A budget is used up, or the request failed: the statement's own failure says more.
      return false;
    }
  }
  return isDifferent;
}

/** DynamoDB refuses requests that do not fit the table's keys and indexes. */
function isValidationFailure({ code, cause }: DriverError): boolean {
  return code === 'DYNAMO_REFUSED' && cause instanceof Error && cause.name === 'ValidationException';
}

async function settled(table: Promise<TableDef>): Promise<TableDef | undefined> {
  try {
    return await table;
  } catch {
    return undefined;
  }
}

async function lookUp(name: string, catalog: Catalog, signal: AbortSignal): Promise<TableDef | undefined> {
  try {
    return await catalog.table(name, signal);
  } catch (error) {
    if (error instanceof DriverError && error.code === 'CATALOG_UNKNOWN_TABLE') return undefined;
    throw error;
  }
}

/** What plans depend on. */
function describeLook(table: TableDef | undefined): string {
  if (table === undefined) return '';
  const { name, key, indexes, columns, child } = table;
  return JSON.stringify([
    name,
    key,
    indexes.map((index) => [index.name, index.key, index.projection, index.active]),
    columns.map((column) => [column.name, column.path, column.type, column.hidden]),
    child !== undefined,
  ]);
}
