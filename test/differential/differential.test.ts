import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { seededRandom } from '../../src/session/sandbox/random.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { openPlainDuckDb, type PlainDuckDb, rowText } from '../support/plain-duckdb.ts';
import { startWorld, type World } from '../support/world.ts';
import { randomCondition, randomTable } from './generate.ts';

const PER_TABLE = 50;
const CONDITIONS = Number(process.env['DYNADBC_PREDICATES'] ?? 500);
const FIRST_SEED = Number(process.env['DYNADBC_SEED'] ?? 1);
const SEEDS = Array.from({ length: Math.ceil(CONDITIONS / PER_TABLE) }, (_, i) => FIRST_SEED + i);

let world: World;
let planned: Connection;
let scanned: Connection;
let plain: PlainDuckDb;

beforeAll(async () => {
  world = await startWorld();
  planned = world.withRules(PUSHDOWN_RULES);
  scanned = world.withRules([]);
  plain = await openPlainDuckDb();
});
afterAll(async () => {
  plain.close();
  await world.close();
});

/** Rows as texts in any order, or what went wrong. */
async function outcome(work: () => Promise<readonly string[]>): Promise<readonly string[] | string> {
  try {
    return (await work()).toSorted();
  } catch (error) {
    return String(error);
  }
}

const paths = new Set<string>();

function outcomeOf(connection: Connection, sql: string): ReturnType<typeof outcome> {
  return outcome(async () => {
    const { rows, stats } = await connection.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
    for (const line of stats.plan) paths.add(line.split(' ')[0] ?? '');
    return rows.map(rowText);
  });
}

describe('a plan, a Scan and DuckDB alone give the same rows', () => {
  it.each(SEEDS)('for random conditions on random table %i', async (seed) => {
    const table = randomTable(seed);
    await world.add(table);
    await plain.load(await world.describe(table.name), table.items);
    const random = seededRandom(seed);
    const wrong: unknown[] = [];
    for (let i = 0; i < PER_TABLE; i++) {
      const where = randomCondition(random, table);
      const select = `SELECT ${random.chance(0.5) ? '*' : 'pk'} FROM ${table.name} WHERE`;
      const byDuckDb = await outcome(() => plain.rows(`${select} ${where.duckdb}`));
      const byScan = await outcomeOf(scanned, `${select} ${where.ours}`);
      const byPlan = await outcomeOf(planned, `${select} ${where.ours}`);
      if (!isDeepStrictEqual(byPlan, byDuckDb) || !isDeepStrictEqual(byScan, byDuckDb))
        wrong.push({ sql: `${select} ${where.ours}`, byPlan, byScan, byDuckDb });
    }
    expect(wrong).toEqual([]);
  });

  it('by every way there is to read a table', () => {
    expect([...paths].toSorted()).toEqual(['BatchGetItem', 'GetItem', 'No', 'Query', 'Scan']);
  });
});
