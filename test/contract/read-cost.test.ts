import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { COSTED_TABLES, COSTED_QUERIES, type CostedQuery } from './read-cost/workload.ts';

let database: TestDatabase;
let db: Connection;
let scanning: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  for (const table of COSTED_TABLES) await database.add(table);
  db = database.withRules(PUSHDOWN_RULES);
  scanning = database.withRules([]);
}, 120_000);
afterAll(() => database.close());

interface Measured {
  readonly sql: string;
  readonly isKeyQuery: boolean;
  readonly chosen: number;
  readonly best: number;
}

/** Returns the rows of a statement and the capacity it consumes, without that of sampling. */
async function measure(
  sql: string,
  connection = db,
): Promise<{ readonly units: number; readonly rows: string }> {
  const { rows, stats } = await connection.query(sql);
  const lines = rows.map((row) => JSON.stringify(row)).toSorted();
  return { units: stats.readCapacity, rows: lines.join('\n') };
}

function getAttributes(key: readonly (string | undefined)[]): readonly string[] {
  return key.flatMap((word) => word?.replace(/:[SNB]$/, '') ?? []);
}

/** Finds the cheapest path that returns the same rows as a Scan of the table. */
async function enumerate({ sql, table, isKeyQuery }: CostedQuery): Promise<Measured> {
  const withHint = (hint: string): string => sql.replace(/\bFROM (\w+)/, `FROM $1 ${hint}`);
  const chosen = await measure(sql);
  const { key = [], indexes = [] } = COSTED_TABLES.find(({ name }) => name === table) ?? {};
  // An index is complete for the statement if the table's key or a condition requires each of its key attributes.
  const compared = [...sql.matchAll(/(\w+) (?:=|<|>|<=|>=|IN|BETWEEN|LIKE) /g)].map(
    (match) => match[1] ?? '',
  );
  const required = new Set([...compared, ...getAttributes(key)]);
  const scanned = await measure(sql, scanning);
  expect([sql, chosen.rows]).toEqual([sql, scanned.rows]);
  const paths = [chosen, scanned, await measure(withHint('/*+ NO_INDEX */'))];
  for (const { name, key: indexKey } of indexes)
    if (getAttributes(indexKey).every((attribute) => required.has(attribute)))
      paths.push(await measure(withHint(`/*+ INDEX("${name}") */`)));
  const correct = paths.filter(({ rows }) => rows === scanned.rows);
  return {
    sql,
    isKeyQuery: isKeyQuery === true,
    chosen: chosen.units,
    best: Math.min(...correct.map(({ units }) => units)),
  };
}

it('the chosen plan consumes hardly more than the cheapest correct one', async () => {
  const measured: Measured[] = [];
  for (const query of COSTED_QUERIES) measured.push(await enumerate(query));
  const ratio = ({ chosen, best }: Measured): number => (best === 0 ? 1 : chosen / best);
  const mean = measured.reduce((sum, each) => sum + ratio(each), 0) / measured.length;
  const dearer = measured.filter((each) => ratio(each) > 1);
  process.stdout.write(
    `read cost: ${measured.length} queries, mean ${mean.toFixed(3)} times the optimum; dearer: ${
      dearer.map(({ sql, chosen, best }) => `${sql} (${chosen} for ${best})`).join('; ') || 'none'
    }\n`,
  );
  expect(measured.filter(({ isKeyQuery }) => isKeyQuery).filter((each) => ratio(each) > 1)).toEqual([]);
  expect(mean).toBeLessThanOrEqual(1.05);
}, 300_000);
