import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import { createTpchTables } from '../contract/tpch/data.ts';
import { openPlainDuckDb, type PlainDuckDb, formatRow } from '../support/plain-duckdb.ts';
import { startTestDatabase, type TableSpec, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;
const title = 'skipped' in local ? `DynamoDB Local (${local.skipped})` : 'DynamoDB Local';

const TABLES = createTpchTables().filter(({ name }) => name === 'orders' || name === 'customer');
/** Strings whose order differs between UTF-8 and UTF-16, the empty string, and a name that is special in JavaScript. */
const ODD: TableSpec = {
  name: 'odd',
  key: ['pk:S', 'sk:S'],
  items: ['\u{1F600}', '\uFF5E', '\uD7A3', 'a'].map((sk, i) => ({
    pk: { S: 'p' },
    sk: { S: sk },
    t: { S: i === 3 ? '' : sk },
    ['__proto__']: { S: `own ${i}` },
    b: { BOOL: i % 2 === 0 },
  })),
};

suite(title, () => {
  let database: TestDatabase;
  let db: Connection;
  let plain: PlainDuckDb;

  beforeAll(async () => {
    if ('skipped' in local) return;
    database = await startTestDatabase(local);
    plain = await openPlainDuckDb();
    for (const table of [...TABLES, ODD]) {
      await database.add(table);
      await plain.load(await database.describe(table.name), table.items);
    }
    db = await database.open();
  }, 60_000);
  afterAll(async () => {
    plain.close();
    await database.close();
  });

  it.each([
    `SELECT c_name, o_orderkey, o_totalprice FROM customer JOIN orders ON o_custkey = c_custkey WHERE c_mktsegment = 'BUILDING' ORDER BY 1, 2`,
    `SELECT c_name, count(o_orderkey) AS n, sum(o_totalprice) AS total FROM customer LEFT JOIN orders ON o_custkey = c_custkey GROUP BY c_name ORDER BY 1`,
    `SELECT c_name, o_orderdate FROM customer, orders WHERE c_custkey = 3 AND o_custkey = 3 AND o_orderdate > '1994' ORDER BY 2, o_orderkey`,
  ])('joins two tables as DuckDB does over the same rows: %s', async (sql) => {
    const { rows } = await db.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
    const expected = await plain.rows(sql);
    expect(expected.length).toBeGreaterThan(0);
    expect(rows.map(formatRow)).toEqual(expected);
  });

  it.each([
    `SELECT sk FROM odd WHERE pk = 'p' ORDER BY sk DESC`,
    `SELECT sk FROM odd WHERE pk = 'p' AND sk > '\uD7A3' ORDER BY sk`,
    `SELECT sk FROM odd WHERE t < '\uFF5E' ORDER BY length(sk), sk`,
    `SELECT sk FROM odd WHERE t NOT LIKE '\uFF5E%' ORDER BY length(pk), sk`,
    `SELECT sk, b FROM odd WHERE b IN (TRUE, FALSE) AND t = '' ORDER BY length(pk), sk`,
    `SELECT "__proto__" FROM odd WHERE "__proto__" = 'own 2' AND pk = 'p'`,
  ])('orders and compares strings by their bytes: %s', async (sql) => {
    const { rows } = await db.query<readonly unknown[]>(sql, [], { rowMode: 'array' });
    expect(rows.map(formatRow)).toEqual(await plain.rows(sql));
  });

  it('returns an attribute __proto__ as an own property of the row', async () => {
    for (const order of ['', 'ORDER BY length(pk)']) {
      const { rows } = await db.query(`SELECT "__proto__" FROM odd WHERE pk = 'p' AND sk = 'a' ${order}`);
      expect(Object.entries(rows[0] ?? {})).toEqual([['__proto__', 'own 3']]);
    }
  });
});
