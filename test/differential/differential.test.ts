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
const CONDITIONS = Number(process.env['DYNADBC_PREDICATES'] ?? 1000);
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

interface Asked {
  readonly select: string;
  readonly where: Condition;
  readonly ordered: boolean;
}

interface Difference {
  readonly sql: string;
  readonly byPlan: unknown;
  readonly byScan: unknown;
  readonly byDuckDb: unknown;
}

function sqlOf({ select, where }: Asked): string {
  return `${select} ${where.ours}`;
}

/** Undefined where all three give the same rows, in any order unless it is said to matter. */
async function difference(asked: Asked, byScan: readonly string[] | string): Promise<Difference | undefined> {
  const { select, where, ordered } = asked;
  const sort = (rows: readonly string[] | string) =>
    ordered || typeof rows === 'string' ? rows : rows.toSorted();
  const byDuckDb = sort(await outcome(() => plain.rows(`${select} ${where.duckdb}`)));
  const byPlan = sort(await outcomeOf(planned, sqlOf(asked)));
  const same = isDeepStrictEqual(byPlan, byDuckDb) && isDeepStrictEqual(sort(byScan), byDuckDb);
  return same ? undefined : { sql: sqlOf(asked), byPlan, byScan, byDuckDb };
}

/** The outcomes of statements over one table by a Scan each, or by one Scan for all whose rows have no order. */
async function byScans(table: string, all: readonly Asked[]): Promise<(readonly string[] | string)[]> {
  const [first] = all;
  if (first === undefined) return [];
  const alone = all.length === 1 || all.some(({ ordered }) => ordered);
  if (!alone) {
    const together = await outcomeOf(scanned, withOneScan(table, all));
    if (typeof together !== 'string') return apart(together, all);
  } else if (all.length === 1) {
    return [await outcomeOf(scanned, sqlOf(first))];
  }
  // A statement fails, or its order matters: halves, until it stands alone.
  const half = Math.ceil(all.length / 2);
  return [...(await byScans(table, all.slice(0, half))), ...(await byScans(table, all.slice(half)))];
}

function withOneScan(table: string, all: readonly Asked[]): string {
  const parts = all.map(({ where }, i) => `SELECT ${i} AS part, * FROM ${table} WHERE ${where.ours}`);
  return `WITH ${table} AS MATERIALIZED (SELECT * FROM dynamodb.${table}) ${parts.join(' UNION ALL ')}`;
}

/** The rows of each statement; `pk` is the first column. */
function apart(rows: readonly string[], all: readonly Asked[]): string[][] {
  const found = all.map((): string[] => []);
  for (const row of rows) {
    const [part, ...values]: [string, ...unknown[]] = JSON.parse(row);
    const asked = all[Number(part)];
    found[Number(part)]?.push(
      JSON.stringify(asked?.select.includes('*') === true ? values : values.slice(0, 1)),
    );
  }
  return found;
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
    const all = Array.from({ length: PER_TABLE }, (): Asked => {
      const select = `SELECT ${random.chance(0.3) ? '*' : 'pk'} FROM ${table.name} WHERE`;
      const ordered = hasOrder && random.chance(0.25);
      const choose = ordered ? randomSlice : (KINDS[random.below(20)] ?? randomCondition);
      return { select, where: choose(random, table), ordered };
    });
    const unordered = all.filter(({ ordered }) => !ordered);
    const byScan = new Map((await byScans(table.name, unordered)).map((rows, i) => [unordered[i], rows]));
    const differences: (Difference | undefined)[] = [];
    for (const asked of all)
      differences.push(
        await difference(asked, byScan.get(asked) ?? (await outcomeOf(scanned, sqlOf(asked)))),
      );
    await plain.drop(table.name);
    expect(differences.filter((found) => found !== undefined)).toEqual([]);
  });

  it('by every way there is to read a table', () => {
    expect([...paths].toSorted()).toEqual(['BatchGetItem', 'GetItem', 'No', 'Query', 'Scan']);
  });
});
