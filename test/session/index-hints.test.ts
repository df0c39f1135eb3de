import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { toItem } from '../../src/sandbox/attributes.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['id:S'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'at:N'] },
      { name: 'By-Kind', key: ['kind:S'] },
      { name: 'by_flag', key: ['flag:S'], projection: 'KEYS_ONLY' },
    ],
    items: Array.from({ length: 12 }, (_, n) =>
      toItem({
        id: `o${n}`,
        at: n,
        status: n % 2 === 0 ? 'open' : 'done',
        kind: `k${n % 3}`,
        note: `n${n}`,
        ...(n % 4 === 0 ? { flag: 'f' } : {}),
      }),
    ),
  });
  db = await database.open();
});
afterAll(() => database.close());

const getPlan = async (sql: string, connection = db): Promise<readonly string[]> =>
  (await connection.query(sql)).stats.plan;
const WHERE = "WHERE status = 'open' AND at > 1 AND kind = 'k0'";

describe('an index hint', () => {
  it.each([
    ['orders /*+ INDEX("By-Kind") */', 'Query orders.By-Kind(kind)'],
    ['orders o /*+ index(by_status) */', 'Query orders.by_status(status, at)'],
    ['orders /* first */ /*+ INDEX("by-kind") */ AS o', 'Query orders.By-Kind(kind)'],
    ['orders /*+ INDEX("By-Kind", by_status) */', 'Query orders.by_status(status, at)'],
    ['orders /*+ NO_INDEX("By-Kind") */', 'Query orders.by_status(status, at)'],
    ['"orders" /*+ NO_INDEX */', 'Scan orders'],
    ['orders AS o(a, b) /*+ NO_INDEX(by_status, "By-Kind") */', 'Scan orders'],
  ])('decides which index is read: FROM %s', async (from, plan) => {
    const where = WHERE.replace('at >', from.includes('o(a, b)') ? 'a IS NOT NULL AND at >' : 'at >');
    const condition = from.includes('o(a, b)') ? "WHERE note LIKE 'n%'" : where;
    expect(await getPlan(`SELECT note FROM ${from} ${condition}`)).toEqual([plan]);
  });

  it('applies to one table, and not to the same statement without it', async () => {
    const join = `SELECT a.id FROM orders a JOIN orders b ON b.id = a.id WHERE a.kind = 'k0' AND b.status = 'open' ORDER BY 1`;
    const hinted = await db.query(join.replace('orders a', 'orders a /*+ NO_INDEX */'));
    const free = await db.query(join);
    expect(hinted.rows).toEqual(free.rows);
    expect(free.stats.plan).toContain('Query orders.By-Kind(kind)');
    expect(hinted.stats.plan).not.toContain('Query orders.By-Kind(kind)');
  });

  it('is followed even if the index is sparse', async () => {
    const { rows, stats } = await db.query('SELECT id, note FROM orders /*+ INDEX(by_flag) */ ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['o0', 'o4', 'o8']);
    expect(rows[1]).toEqual({ id: 'o4', note: 'n4' });
    expect(stats.plan[0]).toContain('orders.by_flag');
    const key = await db.query("SELECT note FROM orders /*+ INDEX(by_flag) */ WHERE id = 'o1'");
    expect(key.rows).toEqual([]);
  });

  it('applies with AutoDetectIndex=false', async () => {
    const plain = await database.open('AutoDetectIndex=false');
    expect(await getPlan(`SELECT note FROM orders ${WHERE}`, plain)).toEqual(['Scan orders']);
    expect(await getPlan(`SELECT note FROM orders /*+ INDEX(by_status) */ ${WHERE}`, plain)).toEqual([
      'Query orders.by_status(status, at)',
    ]);
  });

  it.each([
    ['SELECT 1 FROM orders /*+ INDEX(by_statos) */', 'SQL_UNKNOWN_INDEX', '42704', ['by_status']],
    [
      'SELECT 1 FROM orders /*+ INDEX(nothing) */',
      'SQL_UNKNOWN_INDEX',
      '42704',
      ['by_status', 'By-Kind', 'by_flag'],
    ],
    ['SELECT 1 FROM orders /*+ INDEX */', 'SQL_SYNTAX', '42601', []],
    ['SELECT 1 FROM orders /*+ INDEX() */', 'SQL_SYNTAX', '42601', []],
    ['SELECT 1 FROM orders /*+ INDEX(by-status) */', 'SQL_SYNTAX', '42601', []],
    ['SELECT 1 FROM orders /*+ FULL(orders) */', 'SQL_SYNTAX', '42601', []],
    ['SELECT 1 FROM orders /*+ NO_INDEX */ /*+ NO_INDEX */', 'SQL_SYNTAX', '42601', []],
    ['SELECT /*+ INDEX(by_status) */ 1 FROM orders', 'SQL_SYNTAX', '42601', []],
    ['WITH c AS (SELECT 1 AS x) SELECT x FROM c /*+ NO_INDEX */', 'SQL_NOT_SUPPORTED', '0A000', []],
  ])('is refused if it cannot be followed: %s', async (sql, code, sqlState, candidates) => {
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ code, sqlState, candidates });
  });

  it('refuses consistent reads of a global index', async () => {
    const strict = await database.open('UseConsistentReads=true');
    for (const from of ['orders /*+ INDEX(by_status) */', '"orders.by_status"'])
      expect(await thrownBy(() => strict.query(`SELECT note FROM ${from}`))).toMatchObject({
        code: 'SQL_NOT_SUPPORTED',
        message: 'cannot use index "by_status" of "orders": global indexes do not support consistent reads',
      });
  });

  it('is ignored inside a string', async () => {
    expect((await db.query(`SELECT '/*+ INDEX(x) */' AS t FROM orders LIMIT 1`)).rows).toEqual([
      { t: '/*+ INDEX(x) */' },
    ]);
  });
});

describe('SecondaryIndexName', () => {
  it.each([
    `SELECT note FROM orders WHERE SecondaryIndexName = 'BY_STATUS' AND status = 'open' AND kind = 'k0'`,
    `SELECT note FROM orders o WHERE 'by_status' = o.secondaryindexname AND status = 'open' AND kind = 'k0'`,
  ])('selects the index: %s', async (sql) => {
    const { rows, stats } = await db.query(sql);
    expect(stats.plan).toEqual(['Query orders.by_status(status)']);
    expect(rows).toHaveLength(2);
  });

  it('can be the only condition', async () => {
    const { rows, stats } = await db.query(`SELECT id FROM orders WHERE SecondaryIndexName = 'by_flag'`);
    expect(rows).toHaveLength(3);
    expect(stats.plan).toEqual(['Scan orders.by_flag']);
  });

  it.each([
    [`SELECT 1 FROM orders WHERE SecondaryIndexName = 'by_statuss'`, 'SQL_UNKNOWN_INDEX'],
    ['SELECT 1 FROM orders WHERE SecondaryIndexName = note', 'SQL_SYNTAX'],
    [`SELECT 1 FROM orders a, orders b WHERE SecondaryIndexName = 'by_status'`, 'SQL_AMBIGUOUS_COLUMN'],
    ['SELECT SecondaryIndexName FROM orders', 'SQL_UNKNOWN_COLUMN'],
  ])('accepts only the name of an index: %s', async (sql, code) => {
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ code });
  });
});
