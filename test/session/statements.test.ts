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
    key: ['customer:S', 'placed:N'],
    indexes: [
      { name: 'by_status', key: ['status:S', 'placed:N'] },
      { name: 'local_total', key: ['customer:S', 'total:N'], local: true, projection: 'KEYS_ONLY' },
    ],
    items: ['ana', 'bob'].flatMap((customer) =>
      [1, 2, 3].map((placed) =>
        toItem({
          customer,
          placed,
          status: placed === 2 ? 'open' : 'done',
          total: placed * 10,
          lines: [{ sku: 'a', n: placed }],
        }),
      ),
    ),
  });
  db = await database.open();
});
afterAll(() => database.close());

describe('a query', () => {
  it('returns rows, columns, the row count and statistics', async () => {
    const { rows, columns, rowCount, stats } = await db.query(
      "SELECT placed, total FROM orders WHERE customer = 'ana' AND placed = 2",
    );
    expect(rows).toEqual([{ placed: 2, total: 20 }]);
    expect(columns).toEqual([
      { name: 'placed', type: 'bigint', oid: 20 },
      { name: 'total', type: 'bigint', oid: 20 },
    ]);
    expect(rowCount).toBe(1);
    expect(stats).toMatchObject({
      requests: 1,
      pages: 1,
      itemsRead: 1,
      itemsReturned: 1,
      throttles: 0,
      readCapacity: 0.5,
      plan: ['GetItem orders(customer, placed)'],
    });
    expect(stats.capacity).toEqual(new Map([['orders', 0.5]]));
    expect(stats.bytes).toBeGreaterThan(0);
    expect(stats.elapsedMs).toBeGreaterThanOrEqual(0);
  });

  it('reports consumed capacity by index', async () => {
    const { stats } = await db.query("SELECT customer FROM orders WHERE status = 'open'");
    expect(stats.plan).toEqual(['Query orders.by_status(status)']);
    expect([...stats.capacity.keys()]).toEqual(['orders.by_status']);
  });

  it('returns arrays by position on request, including columns of the same name', async () => {
    const sql = "SELECT placed AS x, total AS x FROM orders WHERE customer = 'ana' AND placed = 1";
    for (const text of [sql, `${sql} ORDER BY length(customer)`]) {
      expect((await db.query(text, [], { rowMode: 'array' })).rows).toEqual([[1, 10]]);
      expect((await db.query(text)).rows).toEqual([{ x: 10 }]);
    }
  });

  it.each([
    ['SELECT total FROM orders WHERE customer = ? AND placed = ?', ['bob', 3]],
    ['SELECT total FROM orders WHERE placed = $2 AND customer = $1', ['bob', 3n]],
    ['SELECT total FROM orders WHERE customer = :who AND placed = :at', { at: 3, who: 'bob' }],
    ['SELECT max(total) AS total FROM orders WHERE customer = ANY ($1)', [['bob']]],
    ["SELECT total FROM orders WHERE customer = coalesce($1, 'bob') AND placed = 3", [null]],
  ])('takes parameters: %s', async (sql, parameters) => {
    expect((await db.query(sql, parameters)).rows).toEqual([{ total: 30 }]);
  });

  it('runs what PostgreSQL runs over one table', async () => {
    const { rows } = await db.query(`
      WITH spent AS (SELECT customer, sum(total) AS sum, count(*) FILTER (WHERE status = 'open') AS open FROM orders GROUP BY customer)
      SELECT o.customer, o.placed, s.sum, s.open, rank() OVER (PARTITION BY o.customer ORDER BY o.total DESC) AS rank,
             CASE WHEN o.total > 15 THEN 'much' ELSE 'little' END AS how, (o.lines -> 0 ->> 'n')::int AS n
      FROM orders o JOIN spent s USING (customer)
      WHERE o.total > (SELECT avg(total) FROM orders) OR o.placed = 1
      ORDER BY 1, 2`);
    expect(rows).toEqual(
      ['ana', 'bob'].flatMap((customer) => [
        { customer, placed: 1, sum: 60, open: 1, rank: 2, how: 'little', n: 1 },
        { customer, placed: 3, sum: 60, open: 1, rank: 1, how: 'much', n: 3 },
      ]),
    );
  });

  it('works without a table', async () => {
    expect((await db.query('SELECT 1 + 1 AS two, 7 / 2 AS three')).rows).toEqual([{ two: 2, three: 3 }]);
  });

  it('stops at MaxRows, on both paths', async () => {
    const few = await database.open('MaxRows=2');
    expect((await few.query('SELECT placed FROM orders')).rows).toHaveLength(2);
    expect((await few.query('SELECT placed FROM orders ORDER BY placed, customer')).rows).toEqual([
      { placed: 1 },
      { placed: 1 },
    ]);
  });

  it('reads PageSize items per request', async () => {
    const small = await database.open('PageSize=2');
    const { rows, stats } = await small.query('SELECT placed FROM orders');
    expect(rows).toHaveLength(6);
    expect(stats.pages).toBeGreaterThanOrEqual(3);
  });

  it('reads consistently on request, and then not from a global index', async () => {
    const strict = await database.open('UseConsistentReads=true');
    const key = await strict.query("SELECT total FROM orders WHERE customer = 'ana' AND placed = 1");
    expect(key.stats.readCapacity).toBe(1);
    const { reads } = await strict.explain("SELECT customer FROM orders WHERE status = 'open'");
    expect(reads[0]).toMatchObject({
      access: 'Scan orders',
      request: { input: { ConsistentRead: true } },
      unusedIndexes: expect.arrayContaining([
        expect.objectContaining({
          index: 'by_status',
          reason: 'global indexes do not support consistent reads',
        }),
      ]),
    });
  });

  it('uses no index with AutoDetectIndex=false', async () => {
    const plain = await database.open('AutoDetectIndex=false');
    const { rows, stats } = await plain.query("SELECT customer FROM orders WHERE status = 'open'");
    expect(rows).toHaveLength(2);
    expect(stats.plan).toEqual(['Scan orders']);
  });
});

describe('a stream', () => {
  it.each(['SELECT placed FROM orders', 'SELECT placed FROM orders ORDER BY placed'])(
    'returns row after row: %s',
    async (sql) => {
      const stream = await db.stream<{ placed: number }>(sql);
      expect(stream.columns).toEqual([{ name: 'placed', type: 'bigint', oid: 20 }]);
      const seen: number[] = [];
      for await (const { placed } of stream) seen.push(placed);
      expect(seen.toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3]);
      expect(stream.stats).toMatchObject({ itemsRead: 6, itemsReturned: 6, plan: ['Scan orders'] });
      expect(stream.stats.readCapacity).toBeGreaterThan(0);
    },
  );

  it('returns positional batches, never an empty one', async () => {
    const batches: unknown[] = [];
    for await (const batch of (
      await db.stream("SELECT placed, total FROM orders WHERE customer = 'bob'")
    ).batches()) {
      expect(batch.length).toBeGreaterThan(0);
      batches.push(...batch);
    }
    expect(batches).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  it('ends immediately if nothing can match', async () => {
    const stream = await db.stream("SELECT * FROM orders WHERE customer = 'ana' AND customer = 'bob'");
    for await (const row of stream) throw new Error(`no row was expected, but ${JSON.stringify(row)}`);
    expect(stream.stats.requests).toBe(0);
  });
});

describe('a prepared statement', () => {
  it('knows its parameters and columns without a read, and can run repeatedly', async () => {
    await using statement = await db.prepare(
      'SELECT customer, total FROM orders WHERE customer = :who AND placed = :at',
    );
    expect(statement).toMatchObject({
      parameterCount: 2,
      parameterNames: ['who', 'at'],
      parameterTypes: [
        { type: 'text', oid: 25 },
        { type: 'bigint', oid: 20 },
      ],
    });
    expect(statement.columns).toEqual([
      { name: 'customer', type: 'text', oid: 25 },
      { name: 'total', type: 'bigint', oid: 20 },
    ]);
    for (const at of [1, 2, 3]) {
      const { rows, stats } = await statement.query({ who: 'ana', at });
      expect(rows).toEqual([{ customer: 'ana', total: at * 10 }]);
      expect(stats.plan).toEqual(['GetItem orders(customer, placed)']);
    }
    const stream = await statement.stream<[string, number]>({ who: 'bob', at: 1 }, { rowMode: 'array' });
    for await (const row of stream) expect(row).toEqual(['bob', 10]);
    expect(stream.stats.itemsRead).toBe(1);
  });

  it('describes the columns of expressions with parameters', async () => {
    const { columns } = await db.prepare(
      'SELECT count(*) AS n, $1::numeric AS x, lower($2) AS l FROM orders',
    );
    expect(columns.map(({ name }) => name)).toEqual(['n', 'x', 'l']);
  });

  it('refuses too few values, too many and unknown names', async () => {
    const byNumber = await db.prepare('SELECT * FROM orders WHERE customer = $1');
    const byName = await db.prepare('SELECT * FROM orders WHERE customer = :who');
    for (const values of [[], ['a', 'b'], { who: 'a' }])
      expect(await thrownBy(() => byNumber.query(values))).toMatchObject({ code: 'SQL_PARAMETERS' });
    for (const values of [{}, { whom: 'a' }])
      expect(await thrownBy(() => byName.query(values))).toMatchObject({ code: 'SQL_PARAMETERS' });
  });
});

describe('explaining', () => {
  it('shows the requests, the conditions left to DuckDB and why an index is not used, and sends no request', async () => {
    const { mode, reads, text } = await db.explain(
      "SELECT lines FROM orders WHERE customer = 'ana' AND total > 5 AND lower(status) = 'open'",
    );
    expect(mode).toBe('engine');
    expect(reads).toHaveLength(1);
    expect(reads[0]).toMatchObject({
      table: 'orders',
      access: 'Query orders(customer)',
      keyed: ["customer = 'ana'"],
      filter: ['total > 5'],
      request: {
        operation: 'Query',
        input: { TableName: 'orders', KeyConditionExpression: expect.any(String) },
      },
      unusedIndexes: expect.arrayContaining([
        expect.objectContaining({
          index: 'local_total',
          reason: expect.stringMatching(/^it does not project /),
        }),
      ]),
    });
    expect(reads[0]?.residual).toHaveLength(1);
    const { reads: others } = await db.explain('SELECT lines FROM orders WHERE total * 0.5 > 12.25');
    expect(others[0]?.residual).toEqual([expect.stringContaining('12.25')]);
    for (const line of ['key condition', 'filter in DynamoDB', 'left to DuckDB', 'index not used'])
      expect(text).toContain(line);
  });

  it('with the EXPLAIN statement returns the plan as rows without reading', async () => {
    const { rows, columns, stats } = await db.query<{ 'QUERY PLAN': string }>(
      "EXPLAIN SELECT * FROM orders WHERE customer = 'ana'",
    );
    expect(columns).toEqual([{ name: 'QUERY PLAN', type: 'text', oid: 25 }]);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('Query orders(customer)');
    expect(stats.requests).toBe(0);
  });

  it('with ANALYZE runs the statement and shows its statistics', async () => {
    const { rows, stats } = await db.query<{ 'QUERY PLAN': string }>(
      'EXPLAIN ANALYZE SELECT * FROM orders WHERE customer = ?',
      ['ana'],
    );
    const lines = rows.map((row) => row['QUERY PLAN']);
    expect(lines.join('\n')).toMatch(/Consumed: 0\.5 RCU.*\n.*3 read, 3 returned.*\n.*Rows: 3 in /);
    expect(stats).toMatchObject({ requests: 1, itemsRead: 3, readCapacity: 0.5 });
  });
});

describe('metadata', () => {
  it('lists tables, columns, indexes and keys', async () => {
    expect(await db.metadata.tables()).toEqual([{ name: 'orders', kind: 'table' }]);
    expect(await db.metadata.details('ORDERS')).toMatchObject({
      name: 'orders',
      itemCount: expect.any(Number),
      sizeBytes: expect.any(Number),
    });
    const columns = await db.metadata.columns('orders');
    expect(
      columns.map(({ name, type, position, key, hidden }) => [position, name, type, key, hidden]),
    ).toEqual([
      [1, 'customer', 'text', 'partition', false],
      [2, 'placed', 'bigint', 'sort', false],
      [3, 'lines', 'json', undefined, false],
      [4, 'status', 'text', undefined, false],
      [5, 'total', 'bigint', undefined, false],
      [6, '$item', 'json', undefined, true],
    ]);
    expect(await db.metadata.indexes('orders')).toEqual([
      expect.objectContaining({
        name: 'by_status',
        kind: 'global',
        partition: ['status'],
        sort: ['placed'],
        projection: 'ALL',
      }),
      expect.objectContaining({
        name: 'local_total',
        kind: 'local',
        partition: ['customer'],
        sort: ['total'],
        projection: expect.arrayContaining(['customer', 'placed', 'total']),
      }),
    ]);
    expect(await db.metadata.primaryKeys('orders')).toEqual([
      { table: 'orders', name: 'customer', position: 1, key: 'partition' },
      { table: 'orders', name: 'placed', position: 2, key: 'sort' },
    ]);
  });

  it('suggests similar table names', async () => {
    await expect(db.metadata.columns('order')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      candidates: ['orders'],
    });
  });
});

describe('a connection', () => {
  it('describes itself without its secrets', () => {
    expect(db.description).toContain(database.endpoint);
    expect(db.description).not.toContain('not-a-secret');
  });
});
