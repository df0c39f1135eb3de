import type { DuckDBConnection } from '@duckdb/node-api';
import type { Portions, TextGroups } from '../bind/portions.ts';
import { identifier } from '../print/quote.ts';
import type { StatementPlan } from '../plan/planner.ts';

/** Fewer rows are not worth the question. */
const MANY_ROWS = 500_000;

/** The part of MemoryLimit that texts, which DuckDB does not count, may take beside it. */
const PART_OF_LIMIT = 8;

/** What a text of its own takes beside its bytes. */
const BYTES_BESIDE = 32;

/** Each portion reads the relation once. */
const MAX_PORTIONS = 63;

/** In how many portions groups are to be made so that the texts of each fit; undefined where all of them do at once. */
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
  const bytes = texts.map((text) => `coalesce(avg(strlen(${identifier(text)})), 0) + ${BYTES_BESIDE}`);
  const held = `approx_count_distinct(hash(${keys.map(identifier).join(', ')})) * (${bytes.join(' + ')})`;
  const room = `parse_formatted_bytes(current_setting('memory_limit')) / ${PART_OF_LIMIT}`;
  return `SELECT ceil(${held} / (${room})) FROM ${identifier(schema)}.${identifier(alias)}`;
}

/** An odd number, since DuckDB's hash tables use the last bits of the same hash. */
function roundUpToOdd(count: number): number {
  return Math.min(MAX_PORTIONS, count % 2 === 0 ? count + 1 : count);
}
