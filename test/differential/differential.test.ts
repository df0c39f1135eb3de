import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { seededRandom } from '../../src/session/sandbox/random.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { openPlainDuckDb, type PlainDuckDb, rowText } from '../support/plain-duckdb.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  type Condition,
  randomAlternatives,
  randomCondition,
  randomLookup,
  randomSlice,
  randomTable,
} from './generate.ts';

const PER_TABLE = 50;
const CONDITIONS = Number(process.env['DYNADBC_PREDICATES'] ?? 500);
const FIRST_SEED = Number(process.env['DYNADBC_SEED'] ?? 1);
/** dynalite starts at once, DynamoDB Local is closer to DynamoDB. */
const ON_LOCAL = process.env['DYNADBC_EMULATOR'] === 'local';
const SEEDS = Array.from({ length: Math.ceil(CONDITIONS / PER_TABLE) }, (_, i) => FIRST_SEED + i);

let world: World;
let planned: Connection;
let scanned: Connection;
let plain: PlainDuckDb;

beforeAll(async () => {
  world = await startWorld(ON_LOCAL ? await dynamoDbLocal() : undefined);
  planned = world.withRules(PUSHDOWN_RULES);
  scanned = world.withRules([]);
  plain = await openPlainDuckDb();
});
afterAll(async () => {
  plain.close();
  await world.close();
});

async function dynamoDbLocal() {
  const local = await startDynamoDbLocal();
  if ('skipped' in local) throw new Error(local.skipped);
  return local;
}

/** Rows as texts, or what went wrong. */
async function outcome(work: () => Promise<readonly string[]>): Promise<readonly string[] | string> {
  try {
    return await work();
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

interface Difference {
  readonly sql: string;
  readonly byPlan: unknown;
  readonly byScan: unknown;
  readonly byDuckDb: unknown;
}

/** Undefined where all three give the same rows, in any order unless it is said to matter. */
async function difference(
  select: string,
  where: Condition,
  ordered: boolean,
): Promise<Difference | undefined> {
  const sort = (rows: readonly string[] | string) =>
    ordered || typeof rows === 'string' ? rows : rows.toSorted();
  const sql = `${select} ${where.ours}`;
  const byDuckDb = sort(await outcome(() => plain.rows(`${select} ${where.duckdb}`)));
  const byScan = sort(await outcomeOf(scanned, sql));
  const byPlan = sort(await outcomeOf(planned, sql));
  const same = isDeepStrictEqual(byPlan, byDuckDb) && isDeepStrictEqual(byScan, byDuckDb);
  return same ? undefined : { sql, byPlan, byScan, byDuckDb };
}

/** Of twenty conditions one is a whole key and two are alternatives across keys. */
const KINDS = [randomLookup, randomAlternatives, randomAlternatives];

describe('a plan, a Scan and DuckDB alone give the same rows', () => {
  it.each(SEEDS)('for random conditions on random table %i', async (seed) => {
    const table = randomTable(seed);
    await world.add(table);
    await plain.load(await world.describe(table.name), table.items);
    const random = seededRandom(seed);
    const hasOrder = table.key.length === 2;
    const differences: (Difference | undefined)[] = [];
    for (let i = 0; i < PER_TABLE; i++) {
      const select = `SELECT ${random.chance(0.3) ? '*' : 'pk'} FROM ${table.name} WHERE`;
      const ordered = hasOrder && random.chance(0.25);
      const choose = ordered ? randomSlice : (KINDS[random.below(20)] ?? randomCondition);
      const where = choose(random, table);
      differences.push(await difference(select, where, ordered));
    }
    expect(differences.filter((found) => found !== undefined)).toEqual([]);
  });

  it('by every way there is to read a table', () => {
    expect([...paths].toSorted()).toEqual(['BatchGetItem', 'GetItem', 'No', 'Query', 'Scan']);
  });
});
