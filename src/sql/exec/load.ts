import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { getErrorMessage } from '../../core/errors.ts';
import { type ColumnDef, keyNames } from '../../catalog/table-def.ts';
import type { Page } from '../../dynamo/lane/page.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import type { Relation } from '../bind/relation.ts';
import { decodeSql, MISFIT } from '../engine/decode-sql.ts';
import type { Engine } from '../engine/engine.ts';
import { quoteName } from '../print/quote.ts';
import { toDuckdbType } from '../types/column-types.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { StatementContext } from './context.ts';
import { readTable } from './read-table.ts';
import { findDrift } from './type-drift.ts';

/** Pages of one relation that are decoded concurrently; more would only contend for DuckDB's threads. */
const DECODERS = 2;

/** Checks are spaced out, because each runs the statement over everything loaded so far. */
const GROWTH_BETWEEN_CHECKS = 1.25;

/** Creates the relation in a schema of the engine: the needed columns as a table, the others as NULLs in a view over it. */
export async function createRelation(
  connection: DuckDBConnection,
  schema: string,
  relation: Relation,
  columns: readonly ColumnDef[],
): Promise<void> {
  const loaded = new Set(columns);
  const place = (name: string): string => `${quoteName(schema)}.${quoteName(name)}`;
  const definitions = relation.columns
    .filter(({ column }) => loaded.has(column))
    .map(({ engineName, column }) => `${quoteName(engineName)} ${toDuckdbType(column.type)}`);
  await connection.run(`CREATE TABLE ${place(dataTableName(relation))} (${definitions.join(', ')})`);
  const values = relation.columns.map(({ engineName, column }) =>
    loaded.has(column)
      ? quoteName(engineName)
      : `CAST(NULL AS ${toDuckdbType(column.type)}) AS ${quoteName(engineName)}`,
  );
  await connection.run(
    `CREATE VIEW ${place(relation.alias)} AS SELECT ${values.join(', ')} FROM ${place(dataTableName(relation))}`,
  );
}

function dataTableName(relation: Relation): string {
  return `${relation.alias} data`;
}

/** The columns to load: what the statement needs, and at least one, so that rows can be counted. */
export function columnsToLoad(relation: Relation, read: TableRead): readonly ColumnDef[] {
  const needed =
    read.columns.length > 0 ? read.columns : relation.columns.slice(0, 1).map(({ column }) => column);
  return relation.loadsKey === true ? withKey(needed, relation) : needed;
}

function withKey(columns: readonly ColumnDef[], relation: Relation): readonly ColumnDef[] {
  const keys = new Set(keyNames(relation.table.key));
  // In the order of the relation, in which its table is created.
  return relation.columns
    .map(({ column }) => column)
    .filter((column) => columns.includes(column) || keys.has(column.name));
}

/**
 * Reads a relation page by page; DuckDB decodes while the next pages arrive. Stops once `isEnough` returns true, which is
 * called now and then. Throws TypeDrift if a value does not fit its column.
 */
export async function loadRelation(
  engine: Engine,
  schema: string,
  relation: Relation,
  read: TableRead,
  context: StatementContext,
  stats: ReadStats,
  signal: AbortSignal,
  isEnough?: () => Promise<boolean>,
  onPage?: (page: Page) => void,
): Promise<void> {
  const columns = columnsToLoad(relation, read);
  const insert = `INSERT INTO ${quoteName(schema)}.${quoteName(dataTableName(relation))} ${decodeSql(columns)}`;
  const idle: Decoder[] = [];
  const all: Decoder[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let loaded = 0;
  let nextCheck = 1;
  const decode = async (page: Uint8Array): Promise<void> => {
    const decoder = idle.pop() ?? (await openDecoder(engine, insert, all));
    try {
      decoder.statement.bindBlob(1, page);
      await decoder.statement.run();
    } catch (error) {
      const drift = getErrorMessage(error).includes(MISFIT)
        ? findDrift(read.table, columns, page)
        : undefined;
      failure ??= { error: drift ?? error };
    } finally {
      idle.push(decoder);
    }
  };
  try {
    for await (const page of readTable({ ...read, columns }, context, stats, signal)) {
      onPage?.(page);
      if (page.count > 0) {
        const work: Promise<void> = decode(page.items).finally(() => running.delete(work));
        running.add(work);
      }
      if (running.size >= DECODERS) await Promise.race(running);
      if (failure) break;
      loaded += page.count;
      if (isEnough === undefined || loaded < nextCheck) continue;
      nextCheck = Math.ceil(loaded * GROWTH_BETWEEN_CHECKS);
      await Promise.all(running);
      if (!failure && (await isEnough())) break;
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
    for (const { statement, connection } of all) {
      statement.destroySync();
      connection.closeSync();
    }
  }
  if (failure) throw failure.error;
}

interface Decoder {
  readonly connection: DuckDBConnection;
  readonly statement: DuckDBPreparedStatement;
}

async function openDecoder(engine: Engine, insert: string, all: Decoder[]): Promise<Decoder> {
  const connection = await engine.connect();
  const decoder = { connection, statement: await connection.prepare(insert) };
  all.push(decoder);
  return decoder;
}
