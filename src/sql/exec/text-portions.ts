import type { DuckDBConnection } from '@duckdb/node-api';
import type { Portions, TextGroups } from '../bind/portions.ts';
import { quoteName } from '../print/quote.ts';
import type { StatementPlan } from '../plan/planner.ts';

/** With fewer rows, measuring costs more than it saves. */
const MANY_ROWS = 500_000;

/** Strings, which DuckDB does not count, may take this part of MemoryLimit in addition to it. */
const PART_OF_LIMIT = 8;

/** What a string takes in addition to its bytes. */
const STRING_OVERHEAD_BYTES = 32;

/** Limited, because each portion reads the relation once. */
const MAX_PORTIONS = 63;

/** The number of portions per relation in which groups are made so that the strings of each fit in memory; undefined if one does. */
export async function choosePortions(
  connection: DuckDBConnection,
  schema: string,
  { textGroups }: Pick<StatementPlan, 'textGroups'>,
  rows: number,
): Promise<Portions | undefined> {
  if (rows < MANY_ROWS) return undefined;
  const portions = new Map<string, number>();
  for (const groups of textGroups()) {
    const answer = await connection.runAndReadAll(measureSql(schema, groups));
    const count = Number(answer.getRows()[0]?.[0]);
    if (count > (portions.get(groups.alias) ?? 1)) portions.set(groups.alias, roundUpToOdd(count));
  }
  return portions.size === 0 ? undefined : portions;
}

function measureSql(schema: string, { alias, keys, texts }: TextGroups): string {
  const bytes = texts.map(
    (text) => `coalesce(avg(strlen(${quoteName(text)})), 0) + ${STRING_OVERHEAD_BYTES}`,
  );
  const needed = `approx_count_distinct(hash(${keys.map(quoteName).join(', ')})) * (${bytes.join(' + ')})`;
  const available = `parse_formatted_bytes(current_setting('memory_limit')) / ${PART_OF_LIMIT}`;
  return `SELECT ceil(${needed} / (${available})) FROM ${quoteName(schema)}.${quoteName(alias)}`;
}

/** Odd, because DuckDB's hash tables use the last bits of the same hash. */
function roundUpToOdd(count: number): number {
  return Math.min(MAX_PORTIONS, count % 2 === 0 ? count + 1 : count);
}
