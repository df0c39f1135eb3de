import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { openPlainDuckDb, type PlainDuckDb, formatRow } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import type { Condition } from './condition.ts';
import {
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
/** dynalite starts immediately; DynamoDB Local is closer to DynamoDB. */
const ON_LOCAL = process.env['DYNADBC_EMULATOR'] === 'local';
const SEEDS = Array.from({ length: Math.ceil(CONDITIONS / PER_TABLE) }, (_, i) => FIRST_SEED + i);
const CATALOG = { detectDates: true };
/** With this number of random tables, all access paths occur. */
const MIN_TABLES_FOR_ALL_PATHS = 4;

/** Tests every `of`-th random table, beginning with `share`, so that workers can divide them. */
export function compareOnRandomTables(share: number, of: number): void {
  const seeds = SEEDS.filter((_, i) => i % of === share);
  const paths = new Set<string>();
  let database: TestDatabase;
  let planned: Connection;
  let scanned: Connection;
  let plain: PlainDuckDb;

  beforeAll(async () => {
    database = await startTestDatabase(ON_LOCAL ? await dynamoDbLocal() : undefined);
    planned = database.withRules(PUSHDOWN_RULES, undefined, { catalog: CATALOG });
    scanned = database.withRules([], undefined, { catalog: CATALOG });
    plain = await openPlainDuckDb();
  });
  afterAll(async () => {
    plain.close();
    await database.close();
  });

  describe('a plan, a Scan and DuckDB return the same rows', () => {
    for (const seed of seeds) {
      it(`for random conditions on random table ${seed}`, async () => {
        const table = randomTable(seed);
        await database.add(table);
        await plain.load(await database.describe(table.name, CATALOG), table.items);
        const all = randomQueries(table, seed);
        const byDuckDb = await runTogether(all, 'duckdb', '', (sql) => plain.rows(sql));
        const oneScan = `WITH ${table.name} AS MATERIALIZED (SELECT * FROM dynamodb.${table.name}) `;
        const byScan = await runTogether(all, 'postgres', oneScan, (sql) => getRows(scanned, sql));
        const differences: unknown[] = [];
        for (const [i, query] of all.entries()) {
          const sql = toSql(query, 'postgres');
          const byPlan = await captureError(() => getRows(planned, sql, paths));
          const found = [byPlan, byScan[i] ?? [], byDuckDb[i] ?? []].map((rows) =>
            sortUnordered(query, rows),
          );
          if (!found.every((rows) => isDeepStrictEqual(rows, found[2])))
            differences.push({ sql, byPlan: found[0], byScan: found[1], byDuckDb: found[2] });
        }
        await plain.drop(table.name);
        const again = `DYNADBC_SEED=${seed} DYNADBC_PREDICATES=${PER_TABLE} npm test -- test/differential`;
        expect({ again, differences }).toEqual({ again, differences: [] });
      });
    }

    (seeds.length < MIN_TABLES_FOR_ALL_PATHS ? it.skip : it)('using every access path', () => {
      expect([...paths].toSorted()).toEqual(['BatchGetItem', 'GetItem', 'No', 'Query', 'Scan']);
    });
  });
}

async function dynamoDbLocal() {
  const local = await startDynamoDbLocal();
  if ('skipped' in local) throw new Error(local.skipped);
  return local;
}

/** Of twenty conditions, one is a whole key and two are alternatives with different keys. */
const KINDS = [randomLookup, randomAlternatives, randomAlternatives];

interface Query {
  readonly table: string;
  readonly all: boolean;
  readonly where: Condition;
  /** The order and the limit; by default, all rows in any order. */
  readonly slice?: { readonly order: string; readonly limit: string };
}

function randomQueries(table: RandomTable, seed: number): readonly Query[] {
  const random = seededRandom(seed);
  return Array.from({ length: PER_TABLE }, (): Query => {
    const query = { table: table.name, all: random.chance(0.3) };
    if (table.key.length === 2 && random.chance(0.25)) return { ...query, ...randomSlice(random, table) };
    const choose = KINDS[random.below(20)] ?? randomCondition;
    return { ...query, where: choose(random, table) };
  });
}

function toSql({ table, all, where, slice }: Query, dialect: keyof Condition): string {
  const order = slice === undefined ? '' : ` ORDER BY ${slice.order}${slice.limit}`;
  return `SELECT ${all ? '*' : 'pk'} FROM ${table} WHERE ${where[dialect]}${order}`;
}

/** Formatted rows, or the error. */
type Outcome = readonly string[] | string;

async function captureError(work: () => Promise<readonly string[]>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return String(error);
  }
}

function sortUnordered({ slice }: Query, rows: Outcome): Outcome {
  return slice !== undefined || typeof rows === 'string' ? rows : rows.toSorted();
}

async function getRows(connection: Connection, sql: string, paths?: Set<string>): Promise<string[]> {
  const { rows, stats } = await connection.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
  for (const line of stats.plan) paths?.add(line.split(' ')[0] ?? '');
  return rows.map(formatRow);
}

/** Combines all queries into one statement, so that they share a Scan. If one of them fails, runs each separately. */
async function runTogether(
  all: readonly Query[],
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
  const found = await captureError(() => rows(before + parts.join(' UNION ALL ')));
  if (typeof found !== 'string') return splitRows(found, all);
  const outcomes: Outcome[] = [];
  for (const query of all) outcomes.push(await captureError(() => rows(toSql(query, dialect))));
  return outcomes;
}

/** Splits the rows by query, in the order of each. The first column is `pk`. */
function splitRows(rows: readonly string[], all: readonly Query[]): readonly string[][] {
  const found = all.map((): [place: number, row: string][] => []);
  for (const row of rows) {
    const [part, place, ...values]: [string, string, ...unknown[]] = JSON.parse(row);
    const columns = all[Number(part)]?.all === true ? values : values.slice(0, 1);
    found[Number(part)]?.push([Number(place), JSON.stringify(columns)]);
  }
  return found.map((own) => own.toSorted(([a], [b]) => a - b).map(([, row]) => row));
}
