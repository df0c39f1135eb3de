import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection, Parameters } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { thrownBy } from '../support/thrown.ts';

const ITEMS = Array.from({ length: 120 }, (_, i): AttributeMap => ({
  id: { S: `k${i}` },
  n: { N: String(i) },
  ...(i % 3 === 0 && { status: { S: i % 2 === 0 ? 'open' : 'done' } }),
  ...(i % 7 === 0 && { note: { M: { rare: { S: 'x' } } } }),
}));

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'Orders',
    key: ['id:S'],
    indexes: [{ name: 'by_status', key: ['status:S', 'n:N'] }],
    items: ITEMS,
  });
  await database.add({ name: 'names', key: ['k:S'], items: [{ k: { S: 'k1' }, name: { S: 'one' } }] });
  db = await database.open();
});

afterAll(() => database.close());

async function rows(sql: string, parameters: Parameters = []): Promise<readonly unknown[]> {
  return (await db.query(sql, parameters)).rows;
}

/** The n-th half of the table. */
function half(n: number): string {
  return `dynamo_segment('orders', ${n}, 2)`;
}

function sorted(all: readonly unknown[]): readonly string[] {
  return all.map((row) => JSON.stringify(row)).toSorted();
}

const CONDITIONS = [
  'true',
  'n > 50',
  "status = 'open'",
  "id = 'k7'",
  "id IN ('k1', 'k2', 'k3')",
  'n % 2 = 0',
  "status = 'open' AND n BETWEEN 10 AND 90",
  'note IS NOT NULL',
];

describe('dynamo_segment', () => {
  it('has in all segments together the items of the table, each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Orders', 'orders.by_status'),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...CONDITIONS),
        fc.constantFrom('*', 'id, n', 'upper(id) AS u', 'n, note'),
        async (table, count, condition, list) => {
          const read = (source: string): Promise<readonly unknown[]> =>
            rows(`SELECT ${list} FROM ${source} WHERE ${condition}`);
          const from = table === 'Orders' ? 'orders' : '"Orders.by_status"';
          const whole = await read(from);
          const parts: unknown[] = [];
          for (let i = 0; i < count; i += 1)
            parts.push(...(await read(`dynamo_segment('${table}', ${i}, ${count})`)));
          expect(sorted(parts)).toEqual(sorted(whole));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('pushes conditions and projections into the Scan of its segment, and shows it', async () => {
    const { text } = await db.explain(
      "SELECT id FROM dynamo_segment('orders', 2, 16) AS s WHERE n > 5 AND id = 'k9'",
    );
    expect(text).toContain('Scan Orders, segment 2 of 16');
    expect(text).toContain('filter in DynamoDB');
    expect(text).toContain('"Segment":2,"TotalSegments":16');
    expect(text).toContain('"ProjectionExpression"');
    expect((await db.explain("SELECT * FROM dynamo_segment('orders', 0, 1)")).text).not.toContain(
      'TotalSegments',
    );
    expect((await db.explain("SELECT * FROM dynamo_segment('orders.by_status', 1, 2)")).text).toContain(
      'Scan Orders.by_status, segment 1 of 2',
    );
  });

  it('works in joins, subqueries, CTEs, views of columns, parameters and exports', async () => {
    const count = async (sql: string, parameters?: Parameters): Promise<number> =>
      Number(Object(await rows(sql, parameters).then(([row]) => row))['c']);
    const [first, second] = [
      await count(`SELECT count(*) AS c FROM ${half(0)}`),
      await count(`SELECT count(*) AS c FROM ${half(1)}`),
    ];
    expect(first + second).toBe(120);
    expect(
      await count(
        `SELECT count(*) AS c FROM (SELECT * FROM ${half(0)} UNION ALL SELECT * FROM ${half(1)}) x`,
      ),
    ).toBe(120);
    expect(await count(`WITH s AS (SELECT * FROM ${half(0)}) SELECT count(*) AS c FROM s`)).toBe(first);
    expect(await count(`SELECT count(*) AS c FROM ${half(0)} a JOIN ${half(1)} b USING (id)`)).toBe(0);
    expect(await count(`SELECT count(*) AS c FROM names JOIN ${half(0)} s ON s.id = names.k`)).toBe(
      await count(`SELECT count(*) AS c FROM ${half(0)} WHERE id = 'k1'`),
    );
    expect(await rows(`SELECT s.a FROM dynamo_segment('orders', 0, 1) AS s(a, b) WHERE b = 3`)).toEqual([
      { a: 'k3' },
    ]);
    expect(await rows(`SELECT dynamo_segment.id FROM dynamo_segment('orders', 0, 1) WHERE n = 4`)).toEqual([
      { id: 'k4' },
    ]);
    const bound = 'SELECT count(*) AS c FROM dynamo_segment($1, $2, $3) WHERE n >= $4';
    expect((await count(bound, ['orders', 0, 2, 0])) + (await count(bound, ['orders', 1, 2, 0]))).toBe(120);
    expect(await count('SELECT count(*) AS c FROM dynamo_segment(:t, :i, 2)', { t: 'orders', i: 1 })).toBe(
      second,
    );
    expect(await rows("SELECT id FROM dynamo_segment('orders', NULL, 2)")).toEqual([]);
    const prepared = await db.prepare("SELECT id FROM dynamo_segment('orders', $1, $2)");
    expect(prepared.columns.map(({ name }) => name)).toEqual(['id']);
    expect((await prepared.query([0, 2])).rows).toHaveLength(first);
    expect((await prepared.query([1, 2])).rows).toHaveLength(second);
    const folder = await mkdtemp(join(tmpdir(), 'dynadbc-segments-'));
    await db.query(`COPY (SELECT * FROM ${half(0)}) TO '${folder}/0.ndjson'`);
    expect((await readFile(`${folder}/0.ndjson`, 'utf8')).trim().split('\n')).toHaveLength(first);
    await rm(folder, { recursive: true });
  });

  it.each([
    ["dynamo_segment('orders', 0)", '42883', /function dynamo_segment with 2 arguments does not exist/],
    ["dynamo_segment('orders', 2, 2)", '22023', /segment must be between 0 and 1, not 2/],
    ["dynamo_segment('orders', -1, 2)", '22023', /segment must be between 0 and 1, not -1/],
    ["dynamo_segment('orders', 0, 0)", '22023', /number of segments must be between 1 and 1000000, not 0/],
    ["dynamo_segment('orders', 0, 1000001)", '22023', /between 1 and 1000000, not 1000001/],
    ["dynamo_segment('orders', 'x', 2)", '22P02', /invalid input syntax for type integer: "x"/],
    ["dynamo_segment('orders', 0.5, 2)", '22P02', /invalid input syntax for type integer: "0.5"/],
    ["dynamo_segment('nope', 0, 2)", '42P01', /relation "nope" does not exist/],
    ["dynamo_segment('orders', n, 2)", '0A000', /must be constants or parameters/],
    ['dynamo_segment(NULL, 0, 2)', '22023', /the table of dynamo_segment must not be null/],
  ])('%s is refused', async (call, sqlState, message) => {
    const error = await thrownBy(() => db.query(`SELECT * FROM ${call}`));
    expect(error.message).toMatch(message);
    expect(error.sqlState).toBe(sqlState);
  });

  it('is not read over the writes of a transaction', async () => {
    const error = await thrownBy(() =>
      db.transaction(async (tx) => {
        await tx.query("INSERT INTO orders (id, n) VALUES ('new', 1)");
        await tx.query("SELECT * FROM dynamo_segment('orders', 0, 2)");
      }),
    );
    expect(error.message).toContain('cannot read a segment of "Orders" in a transaction');
  });
});
