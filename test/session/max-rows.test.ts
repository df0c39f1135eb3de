import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  const items = [1, 2, 3, 4, 5].map((n) => ({ id: { S: 'a' }, n: { N: String(n) } }));
  await database.add({ name: 'things', key: ['id:S', 'n:N'], items });
  db = await database.open();
});
afterAll(() => database.close());

describe('a result limited by MaxRows', () => {
  it.each([
    ['direct', 'SELECT n FROM things'],
    ['direct, of one partition', "SELECT n FROM things WHERE id = 'a'"],
    ['engine, of several queries', 'SELECT n FROM things UNION ALL SELECT 0'],
    ['engine', 'SELECT DISTINCT n + 1 AS n FROM things'],
  ])('is reported as truncated if more rows exist: %s', async (_, sql) => {
    expect(await db.query(sql, [], { maxRows: 3 })).toMatchObject({ rowCount: 3, truncated: true });
    expect(await db.query(sql, [], { maxRows: 0 })).toMatchObject({ rowCount: 0, truncated: true });
    expect(await db.query(sql, [], { maxRows: 7 })).toMatchObject({ truncated: false });
    expect(await db.query(sql)).toMatchObject({ truncated: false });
  });

  it.each([
    "SELECT n FROM things WHERE id = 'a'",
    'SELECT n FROM things LIMIT 5',
    'SELECT DISTINCT n + 1 AS n FROM things',
    'SELECT n FROM things OFFSET 0',
  ])('is complete if exactly as many rows exist: %s', async (sql) => {
    expect(await db.query(sql, [], { maxRows: 5 })).toMatchObject({ rowCount: 5, truncated: false });
  });

  it('is not truncated by its own LIMIT', async () => {
    const sql = 'SELECT n FROM things LIMIT 3';
    expect(await db.query(sql, [], { maxRows: 3 })).toMatchObject({ rowCount: 3, truncated: false });
    expect(await db.query(sql, [], { maxRows: 2 })).toMatchObject({ rowCount: 2, truncated: true });
    expect(await db.query('SELECT n FROM things LIMIT 0', [], { maxRows: 0 })).toMatchObject({
      truncated: false,
    });
  });

  it('does not count rows skipped by OFFSET', async () => {
    const sql = "SELECT n FROM things WHERE id = 'a' LIMIT 10 OFFSET 2";
    expect(await db.query(sql, [], { maxRows: 3 })).toMatchObject({ rowCount: 3, truncated: false });
    expect(await db.query(sql, [], { maxRows: 2 })).toMatchObject({ rowCount: 2, truncated: true });
  });

  it.each([
    'SELECT n FROM things',
    "SELECT n FROM things WHERE id = 'a'",
    "SELECT n FROM things WHERE id = 'a' ORDER BY n DESC OFFSET 1",
  ])('reads few items more than it returns: %s', async (sql) => {
    const passed = sql.endsWith('OFFSET 1') ? 1 : 0;
    const { stats } = await db.query(sql, [], { maxRows: 2 });
    expect(stats.itemsRead).toBe(passed + 2 + 1);
  });

  it('does not read a few items at a time while it searches', async () => {
    const { rowCount, stats } = await db.query("SELECT n FROM things WHERE id <> 'b'", [], { maxRows: 1 });
    expect([rowCount, stats.requests]).toEqual([1, 1]);
  });

  it('is reported as truncated by a stream after it was read', async () => {
    await using rows = await db.stream('SELECT n FROM things', [], { maxRows: 2, timeoutMs: 60_000 });
    expect(rows.truncated).toBe(false);
    let count = 0;
    for await (const batch of rows.batches()) count += batch.length;
    expect([count, rows.truncated]).toEqual([2, true]);
  });
});
