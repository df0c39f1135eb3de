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
    indexes: [{ name: 'by_flag', key: ['flag:S', 'at:N'], projection: ['note'] }],
    items: Array.from({ length: 9 }, (_, n) =>
      toItem({
        id: `o${n}`,
        at: n,
        note: `n${n}`,
        total: n * 10,
        ...(n % 3 === 0 ? { flag: n < 4 ? 'a' : 'b' } : {}),
      }),
    ),
  });
  db = await database.open();
});
afterAll(() => database.close());

describe('an index named like a table', () => {
  it.each([
    '"orders.by_flag"',
    '"orders"."by_flag"',
    'orders.by_flag',
    'public.orders.by_flag',
    '"orders.By_Flag"',
  ])('contains the entries of the index with its projected columns: %s', async (name) => {
    const { rows, columns, stats } = await db.query(`SELECT * FROM ${name} ORDER BY id`);
    expect(columns.map((column) => column.name)).toEqual(['flag', 'at', 'id', 'note']);
    expect(rows.map(({ id }) => id)).toEqual(['o0', 'o3', 'o6']);
    expect(stats.plan).toEqual(['Scan orders.by_flag']);
  });

  it('is queried by its key and in its order', async () => {
    const { rows, stats } = await db.query(
      `SELECT id FROM orders.by_flag x WHERE x.flag = 'a' AND at > 0 ORDER BY at DESC LIMIT 5`,
    );
    expect(rows).toEqual([{ id: 'o3' }]);
    expect(stats.plan).toEqual(['Query orders.by_flag(flag, at) descending']);
    expect((await db.query(`SELECT note FROM "orders.by_flag" WHERE flag = 'b'`)).rows).toEqual([
      { note: 'n6' },
    ]);
  });

  it('is not used for queries of the table', async () => {
    const { rows, stats } = await db.query(`SELECT note FROM "orders.by_flag" WHERE id = 'o1'`);
    expect(rows).toEqual([]);
    expect(stats.plan).toEqual(['Scan orders.by_flag']);
    const either = `SELECT id FROM orders.by_flag WHERE (flag = 'a' AND at > 1) OR flag = 'b'`;
    expect((await db.query(`${either} ORDER BY id`)).rows).toEqual([{ id: 'o3' }, { id: 'o6' }]);
  });

  it('can be counted, and joined with its table', async () => {
    expect((await db.query('SELECT count(*) AS n FROM orders.by_flag')).rows).toEqual([{ n: 3 }]);
    const { rows } = await db.query(
      `SELECT o.total FROM orders.by_flag f JOIN orders o ON o.id = f.id WHERE f.flag = 'a' ORDER BY o.total`,
    );
    expect(rows).toEqual([{ total: 0 }, { total: 30 }]);
  });

  it('has only projected columns', async () => {
    expect(await thrownBy(() => db.query('SELECT total FROM orders.by_flag'))).toMatchObject({
      code: 'SQL_UNKNOWN_COLUMN',
    });
    expect(await thrownBy(() => db.query('SELECT 1 FROM orders.by_flagg'))).toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      candidates: ['orders.by_flag'],
      position: 15,
    });
  });
});
