import { createTextConverter } from '../engine/result-text.ts';
import type { DuckDBConnection, DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type DriverError, getErrorMessage } from '../../core/errors.ts';
import { anySignal } from '../../core/async/abort.ts';
import { createTurns, inTurns } from '../../core/async/turns.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import { isSampled, knownAttributes } from '../../catalog/known-attributes.ts';
import { isWholeItem } from '../../catalog/table-def.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { ChunkSlicer } from '../engine/chunk-rows.ts';
import type { Engine } from '../engine/engine.ts';
import { toEngineError } from '../engine/engine-errors.ts';
import { quoteName } from '../print/quote.ts';
import { createValueConverter } from '../engine/result-value.ts';
import type { Relation } from '../bind/relation.ts';
import type { StatementPlan } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { Value } from '../types/value.ts';
import type { StatementContext } from './context.ts';
import { createObjectMapper, type RowReader } from './direct.ts';
import { readByKeys } from './read-by-keys.ts';
import { loadSystemTable } from './load-system.ts';
import { nameStrayItem } from './stray-value.ts';
import { columnsToLoad, createRelation, loadRelation } from './load.ts';
import { choosePortions } from './text-portions.ts';
import { createUnknownFinder } from './find-unknown.ts';
import { KeptPages, NewColumns } from './kept-pages.ts';
import { TypeDrift } from './type-drift.ts';
import { UnknownAttributes } from './unknown-attributes.ts';

/** A statement whose relations are loaded. Its rows can be read once; `close` frees what it holds in the engine. */
export interface EngineResult extends RowReader {
  /** The reads that were sent; some were planned only after the relation with their keys was loaded. */
  readonly reads: readonly TableRead[];
  close(): Promise<void>;
}

/**
 * The engine path: all relations are read concurrently into a new schema, then DuckDB runs the whole statement, with
 * every condition, over the rows that were read. With `addColumns`, throws NewColumns if `SELECT *` meets attributes that
 * can become columns without another request.
 */
export async function openOnEngine(
  plan: StatementPlan,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  locate: (name: string) => number | undefined,
  addColumns: boolean,
): Promise<EngineResult> {
  const engine = context.ownEngine ?? (await context.session.database.engine());
  const connection = await engine.connect(context.settings.timeZone);
  const schema = engine.newSchema();
  let isOpen = false;
  const abort = (): void => {
    connection.interrupt();
    // The engine outlives a session that closes with an open stream.
    if (isOpen) void close().catch(() => undefined);
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      signal?.removeEventListener('abort', abort);
      if (plan.relations.length + plan.system.length > 0)
        await connection.run(`DROP SCHEMA IF EXISTS ${quoteName(schema)} CASCADE`);
      connection.closeSync();
    })());
  signal?.addEventListener('abort', abort, { once: true });
  const toFailure = async (error: unknown): Promise<DriverError> => {
    const failure = toEngineError(error, locate, plan.typeProblems);
    return nameStrayItem(failure, () => engine.connect(), schema, plan).catch(() => failure);
  };
  try {
    const reads = await loadAll(engine, connection, schema, plan, context, stats, signal, addColumns);
    throwIfCancelled(signal);
    const portions = await choosePortions(connection, schema, plan, stats.itemsReturned);
    throwIfCancelled(signal);
    const result = await connection.stream(plan.engineSql(schema, portions));
    throwIfCancelled(signal);
    isOpen = true;
    return { ...createRowReader(result, plan, context, signal, toFailure), reads, close };
  } catch (error) {
    if (hasGivenUp(error)) context.session.database.discardEngine(engine);
    const failure =
      error instanceof TypeDrift || error instanceof NewColumns ? error : await toFailure(error);
    // Its failure would hide the statement's.
    await close().catch(() => undefined);
    throwIfCancelled(signal);
    throw failure;
  }
}

/** Whether DuckDB refuses all further work after an internal error. */
function hasGivenUp(error: unknown): boolean {
  return /^FATAL Error|database has been invalidated/.test(getErrorMessage(error));
}

/** Reads every relation and returns the reads that were sent. */
async function loadAll(
  engine: Engine,
  connection: DuckDBConnection,
  schema: string,
  plan: StatementPlan,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal | undefined,
  addColumns: boolean,
): Promise<readonly TableRead[]> {
  if (plan.relations.length + plan.system.length === 0) return [];
  await connection.run(`CREATE SCHEMA ${quoteName(schema)}`);
  const stop = new AbortController();
  const either = anySignal(signal, stop.signal);
  const byAlias = new Map(
    plan.relations.map((relation, i) => [relation.alias, { relation, read: plan.reads[i] }]),
  );
  const loads = new Map<string, Promise<TableRead | undefined>>();
  const kept = new KeptPages();
  const census: UnknownAttributes[] = [];
  /** Looks for attributes without a column in the items that `SELECT *` reads whole. */
  const watchPages = (relation: Relation, read: TableRead): ((page: Page) => void) | undefined => {
    if (!plan.wholeRows || context.overrideRows !== undefined) return undefined;
    const find = findUnknownIn(relation, read, context, stats, census);
    return (page) => {
      kept.add(read, page);
      if (page.count > 0) find?.(page.items);
    };
  };
  const load = (alias: string): Promise<TableRead | undefined> => {
    const known = loads.get(alias);
    if (known) return known;
    const started = loadOne(alias);
    loads.set(alias, started);
    return started;
  };
  const loadOne = async (alias: string): Promise<TableRead | undefined> => {
    const { relation, read: planned } = byAlias.get(alias) ?? {};
    if (relation === undefined || planned === undefined) return undefined;
    const source = planned.keysFrom && byAlias.get(planned.keysFrom.alias)?.relation;
    if (source) await load(source.alias);
    const read = source ? await readByKeys(connection, schema, source, planned, context) : planned;
    await createRelation(connection, schema, relation, columnsToLoad(relation, read));
    const { until } = plan;
    const isEnough =
      until === undefined ? undefined : () => hasEnough(connection, plan.engineSql(schema), until);
    if (read.access.kind !== 'Empty')
      await loadRelation(
        engine,
        schema,
        relation,
        read,
        context,
        stats,
        either,
        isEnough,
        watchPages(relation, read),
      );
    return read;
  };
  const all = plan.relations.map(({ alias }) => load(alias));
  const system = plan.system.map((read) => loadSystemTable(connection, schema, read, context, either));
  try {
    await Promise.all([...all, ...system]);
    const reads = await Promise.all(all);
    const found = census.filter(({ size }) => size > 0);
    for (const unknown of found) unknown.learn();
    if (found.length > 0 && addColumns && kept.isComplete) throw new NewColumns(kept);
    for (const unknown of found) unknown.warn();
    return reads.filter((read) => read !== undefined);
  } catch (error) {
    // The failures of the other reads follow from this one.
    stop.abort(error);
    await Promise.allSettled([...all, ...system]);
    throw error;
  }
}

/** Counts the attributes without a column; undefined for a read that asks only for known ones. */
function findUnknownIn(
  relation: Relation,
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  census: UnknownAttributes[],
): ((page: Buffer) => void) | undefined {
  const { table, columns } = read;
  const visible = table.columns.filter(({ hidden }) => hidden !== true);
  const loaded = new Set(columnsToLoad(relation, read));
  if (!isSampled(table) || !(visible.every((column) => loaded.has(column)) || columns.some(isWholeItem)))
    return undefined;
  const unknown = new UnknownAttributes(table, context, stats);
  census.push(unknown);
  return createUnknownFinder(knownAttributes(table), unknown);
}

/** Whether the statement over the loaded rows already returns all rows that it can, or its one value. */
async function hasEnough(
  connection: DuckDBConnection,
  sql: string,
  until: NonNullable<StatementPlan['until']>,
): Promise<boolean> {
  if (until === 'value') {
    const [row] = (await connection.runAndReadAll(sql)).getRows();
    return row?.[0] !== null;
  }
  const [row] = (await connection.runAndReadAll(`SELECT count(*) >= ${until} FROM (${sql})`)).getRows();
  return row?.[0] === true;
}

function createRowReader(
  result: DuckDBResult,
  plan: StatementPlan,
  context: StatementContext,
  signal: AbortSignal | undefined,
  toFailure: (error: unknown) => Promise<DriverError>,
): RowReader {
  const toObject = createObjectMapper(plan.columns.map((column) => column.name));
  let isCut = false;
  async function* read<T>(
    createConverter: (type: DuckDBType, position: number) => (value: DuckDBValue) => T,
  ): AsyncGenerator<T[][]> {
    const converters = result.columnTypes().map(createConverter);
    let left = context.settings.maxRows < 0 ? Infinity : context.settings.maxRows;
    const slicer = new ChunkSlicer();
    const turns = createTurns();
    for (;;) {
      const chunk = await fetchChunk(result, signal, toFailure);
      turns.restart();
      if (chunk === null || chunk.rowCount === 0) return;
      isCut = chunk.rowCount > left;
      if (left === 0) return;
      const count = Math.min(chunk.rowCount, left);
      left -= count;
      yield* inTurns(slicer.slices(chunk, count, converters), turns);
      if (isCut) return;
    }
  }
  const arrays = (): AsyncGenerator<Value[][]> =>
    read((type) => createValueConverter(type, context.settings.decimals));
  const texts = (): AsyncGenerator<(string | null)[][]> =>
    read((type, position) => {
      const { type: postgresType = 'text' } = plan.columns[position] ?? {};
      return createTextConverter(type, postgresType, plan.numberScale(position), context.settings.timeZone);
    });
  return {
    arrays,
    texts,
    isCut: () => isCut,
    async *objects() {
      for await (const rows of arrays()) {
        yield rows.map(toObject);
      }
    },
  };
}

async function fetchChunk(
  result: DuckDBResult,
  signal: AbortSignal | undefined,
  toFailure: (error: unknown) => Promise<DriverError>,
): ReturnType<DuckDBResult['fetchChunk']> {
  throwIfCancelled(signal);
  try {
    return await result.fetchChunk();
  } catch (error) {
    throwIfCancelled(signal);
    throw await toFailure(error);
  }
}
