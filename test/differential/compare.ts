import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { openPlainDuckDb, type PlainDuckDb, rowText } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import {
  type Condition,
  type RandomTable,
  randomAlternatives,
  randomCondition,
  randomLookup,
  randomSlice,
  randomTable,
} from './generate.ts';

const PER_TABLE = 50;
const CONDITIONS = Number(process.env['DYNADBC_PREDICATES'] ?? 1500);
const FIRST_SEED = Number(process.env['DYNADBC_SEED'] ?? 1);
/** dynalite starts at once, DynamoDB Local is closer to DynamoDB. */
const ON_LOCAL = process.env['DYNADBC_EMULATOR'] === 'local';
const SEEDS = Array.from({ length: Math.ceil(CONDITIONS / PER_TABLE) }, (_, i) => FIRST_SEED + i);
/** So many random tables are read in every way there is. */
const ENOUGH = 4;

/** A worker's share of the random tables: every `of`-th, from this one on. */
export function compareOnRandomTables(share: number, of: number): void {
  const seeds = SEEDS.filter((_, i) => i % of === share);
  const paths = new Set<string>();
  let database: TestDatabase;
  let planned: Connection;
  let scanned: Connection;
  let plain: PlainDuckDb;

  beforeAll(async () => {
    database = await startTestDatabase(ON_LOCAL ? await dynamoDbLocal() : undefined);
    planned = database.withRules(PUSHDOWN_RULES);
    scanned = database.withRules([]);
    plain = await openPlainDuckDb();
  });
  afterAll(async () => {
    plain.close();
    await database.close();
  });

  describe('a plan, a Scan and DuckDB alone give the same rows', () => {
    for (const seed of seeds) {
      it(`for random conditions on random table ${seed}`, async () => {
        const table = randomTable(seed);
        await database.add(table);
        await plain.load(await database.describe(table.name), table.items);
        const all = askedOf(table, seed);
        const byDuckDb = await together(all, 'duckdb', '', (sql) => plain.rows(sql));
        const oneScan = `WITH ${table.name} AS MATERIALIZED (SELECT * FROM dynamodb.${table.name}) `;
        const byScan = await together(all, 'ours', oneScan, (sql) => rowsOf(scanned, sql));
        const differences: unknown[] = [];
        for (const [i, asked] of all.entries()) {
          const sql = sqlOf(asked, 'ours');
          const byPlan = await outcome(() => rowsOf(planned, sql, paths));
          const found = [byPlan, byScan[i] ?? [], byDuckDb[i] ?? []].map((rows) => inOrder(asked, rows));
          if (!found.every((rows) => isDeepStrictEqual(rows, found[2])))
            differences.push({ sql, byPlan: found[0], byScan: found[1], byDuckDb: found[2] });
        }
        await plain.drop(table.name);
        const again = `DYNADBC_SEED=${seed} DYNADBC_PREDICATES=${PER_TABLE} npm test -- test/differential`;
        expect({ again, differences }).toEqual({ again, differences: [] });
      });
    }

    (seeds.length < ENOUGH ? it.skip : it)('by every way there is to read a table', () => {
      expect([...paths].toSorted()).toEqual(['BatchGetItem', 'GetItem', 'No', 'Query', 'Scan']);
    });
  });
}

async function dynamoDbLocal() {
  const local = await startDynamoDbLocal();
  if ('skipped' in local) throw new Error(local.skipped);
  return local;
}

/** Of twenty conditions one is a whole key and two are alternatives across keys. */
const KINDS = [randomLookup, randomAlternatives, randomAlternatives];

interface Asked {
  readonly table: string;
  readonly all: boolean;
  readonly where: Condition;
  /** The order of the rows and how many of them; unless said, any order and all. */
  readonly slice?: { readonly order: string; readonly limit: string };
}

function askedOf(table: RandomTable, seed: number): readonly Asked[] {
  const random = seededRandom(seed);
  return Array.from({ length: PER_TABLE }, (): Asked => {
    const asked = { table: table.name, all: random.chance(0.3) };
    if (table.key.length === 2 && random.chance(0.25)) return { ...asked, ...randomSlice(random, table) };
    const choose = KINDS[random.below(20)] ?? randomCondition;
    return { ...asked, where: choose(random, table) };
  });
}

function sqlOf({ table, all, where, slice }: Asked, dialect: keyof Condition): string {
  const order = slice === undefined ? '' : ` ORDER BY ${slice.order}${slice.limit}`;
  return `SELECT ${all ? '*' : 'pk'} FROM ${table} WHERE ${where[dialect]}${order}`;
}

/** Rows as texts, or what went wrong. */
type Outcome = readonly string[] | string;

async function outcome(work: () => Promise<readonly string[]>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return String(error);
  }
}

function inOrder({ slice }: Asked, rows: Outcome): Outcome {
  return slice !== undefined || typeof rows === 'string' ? rows : rows.toSorted();
}

async function rowsOf(connection: Connection, sql: string, paths?: Set<string>): Promise<string[]> {
  const { rows, stats } = await connection.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
  for (const line of stats.plan) paths?.add(line.split(' ')[0] ?? '');
  return rows.map(rowText);
}

/** What each would give alone, of one statement for all: so they share one Scan. Alone where one of them fails. */
async function together(
  all: readonly Asked[],
  dialect: keyof Condition,
  before: string,
  rows: (sql: string) => Promise<readonly string[]>,
): Promise<readonly Outcome[]> {
  const parts = all.map(({ table, where, slice }, i) => {
    const from = `FROM ${table} WHERE ${where[dialect]}`;
    return slice === undefined
      ? `SELECT ${i} AS part, 0 AS place, * ${from}`
      : `(SELECT ${i} AS part, row_number() OVER (ORDER BY ${slice.order}) AS place, * ${from} ORDER BY ${slice.order}${slice.limit})`;
  });
  const found = await outcome(() => rows(before + parts.join(' UNION ALL ')));
  if (typeof found !== 'string') return apart(found, all);
  const outcomes: Outcome[] = [];
  for (const asked of all) outcomes.push(await outcome(() => rows(sqlOf(asked, dialect))));
  return outcomes;
}

/** The rows of each statement in its order; `pk` is the first column. */
function apart(rows: readonly string[], all: readonly Asked[]): readonly string[][] {
  const found = all.map((): [place: number, row: string][] => []);
  for (const row of rows) {
    const [part, place, ...values]: [string, string, ...unknown[]] = JSON.parse(row);
    const columns = all[Number(part)]?.all === true ? values : values.slice(0, 1);
    found[Number(part)]?.push([Number(place), JSON.stringify(columns)]);
  }
  return found.map((own) => own.toSorted(([a], [b]) => a - b).map(([, row]) => row));
}
