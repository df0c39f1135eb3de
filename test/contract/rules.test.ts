import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { type Random, seededRandom } from '../../src/sandbox/random.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import type { Condition } from '../differential/condition.ts';
import {
  type RandomTable,
  randomAlternatives,
  randomCondition,
  randomLookup,
  randomSlice,
  randomTable,
} from '../differential/generate.ts';
import { formatRow } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TableSpec, type TestDatabase } from '../support/test-database.ts';

const TABLES = [501, 502, 503].map(randomTable);
const STATEMENTS = 6;
/** Large enough to be scanned in segments. */
const LARGE = { sizeBytes: 64 * 1024 * 1024 };
/** The conditions compare columns of dates. */
const DATES = { catalog: { detectDates: true } };

/** An index that contains every item, but few attributes. */
const INVERTED: TableSpec = {
  name: 'inverted',
  key: ['pk:S', 'sk:N'],
  indexes: [{ name: 'by_sk', key: ['sk:N', 'pk:S'], projection: 'KEYS_ONLY' }],
  items: Array.from({ length: 60 }, (_, n) => ({
    pk: { S: `p${n % 7}` },
    sk: { N: String(n % 20) },
    body: { S: `${n}`.repeat(500) },
  })),
};
const INVERTED_STATEMENTS: readonly string[] = [
  'SELECT count(*) FROM inverted',
  "SELECT pk FROM inverted WHERE pk > 'p3' AND sk < 12",
  'SELECT sk FROM inverted WHERE body IS NOT NULL',
];

let database: TestDatabase;
let everyRule: Connection;
let everyPlan: readonly unknown[];
const expected = new Map<string, readonly string[]>();

beforeAll(async () => {
  database = await startTestDatabase();
  for (const table of TABLES) await database.add(table);
  await database.add(INVERTED);
  const scanned = database.withRules([], undefined, DATES);
  for (const sql of INVERTED_STATEMENTS) expected.set(sql, await getRows(scanned, sql));
  for (const table of TABLES)
    for (const sql of statements(table)) expected.set(sql, await getRows(scanned, sql));
  everyRule = database.withRules(PUSHDOWN_RULES, LARGE, DATES);
  everyPlan = await plans(everyRule);
}, 60_000);
afterAll(() => database.close());

/** Generates the same statements each time. */
function statements(table: RandomTable): readonly string[] {
  const random = seededRandom(11);
  const select = `SELECT * FROM ${table.name} WHERE`;
  const conditions = Array.from({ length: STATEMENTS }, (_, i) =>
    i % 4 === 0 && table.key.length === 2 ? slice(random, table) : randomCondition(random, table),
  );
  const alternatives = Array.from({ length: 3 }, () => randomAlternatives(random, table));
  const impossible = { postgres: 'pk IS NULL' };
  return [randomLookup(random, table), ...alternatives, ...conditions, impossible].map(
    ({ postgres }) => `${select} ${postgres}`,
  );
}

function slice(random: Random, table: RandomTable): Pick<Condition, 'postgres'> {
  const { where, slice: cut } = randomSlice(random, table);
  return { postgres: `${where.postgres} ORDER BY ${cut.order}${cut.limit}` };
}

/** Returns the rows in order if the statement has one, and sorted otherwise. */
async function getRows(connection: Connection, sql: string): Promise<readonly string[]> {
  const { rows } = await connection.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
  const lines = rows.map(formatRow);
  return sql.includes('ORDER BY') ? lines : lines.toSorted();
}

async function runAll(connection: Connection): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const sql of expected.keys()) found.set(sql, await getRows(connection, sql));
  return found;
}

const plans = async (connection: Connection): Promise<readonly unknown[]> =>
  Promise.all([...expected.keys()].map((sql) => connection.explain(sql)));

it('all rules together do not change the rows', async () => {
  expect(await runAll(everyRule)).toEqual(expected);
}, 60_000);

describe.each(PUSHDOWN_RULES)('the rule $name', (rule) => {
  let others: Connection;
  let otherPlans: readonly unknown[];
  beforeAll(async () => {
    others = database.withRules(
      PUSHDOWN_RULES.filter((other) => other !== rule),
      LARGE,
      DATES,
    );
    // Planned before cardinality feedback, like `everyPlan`.
    otherPlans = await plans(others);
  });
  afterAll(() => others.close());

  it('alone does not change the rows', async () => {
    await using alone = database.withRules([rule], LARGE, DATES);
    expect(await runAll(alone)).toEqual(expected);
  }, 60_000);

  it('does not change the rows if it is missing', async () => {
    expect(await runAll(others)).toEqual(expected);
  }, 60_000);

  it('changes some of the plans', () => {
    expect(everyPlan).not.toEqual(otherPlans);
  });
});

describe('a condition with swapped sides', () => {
  it.each([
    ["pk = 'a'", "'a' = pk"],
    ["pk = 'a' AND sk > 1", "1 < sk AND 'a' = pk"],
    ['a <= 5', '5 >= a'],
    ["b <> 'x'", "'x' <> b"],
    ['a = 5 OR a = 6', '5 = a OR 6 = a'],
    ["pk IN ('a', 'b')", "'a' = pk OR 'b' = pk"],
    ['a IS DISTINCT FROM 5', '5 IS DISTINCT FROM a'],
    ['c = TRUE', 'TRUE = c'],
    ['pk = $1', '$1 = pk'],
  ])('%s is planned like %s', async (one, other) => {
    if (!(await database.client.listTables()).includes('sides')) {
      const item = {
        pk: { S: 'a' },
        sk: { N: '1' },
        a: { N: '5' },
        b: { S: 'x' },
        c: { BOOL: true },
      } as const;
      await database.add({ name: 'sides', key: ['pk:S', 'sk:N'], items: [item] });
    }
    const connection = await database.open();
    const parameters = one.includes('$1') ? ['a'] : [];
    const plan = async (where: string) =>
      (await connection.explain(`SELECT a FROM sides WHERE ${where}`, parameters)).reads.map(
        ({ access, request, keyed, filter, residual }) => ({
          access,
          request,
          keyed: keyed.toSorted(),
          filter,
          residual,
        }),
      );
    expect(await plan(other)).toEqual(await plan(one));
  });
});
