import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../src/session/connection.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ODD: AttributeMap = {
  id: { S: 'odd' },
  n: { N: '12345678901234567890.123456789012345678' },
  tags: { SS: ['x', 'y'] },
  nums: { NS: ['1', '2.5'] },
  bins: { BS: ['AAE='] },
  bin: { B: 'AAE=' },
  doc: { M: { city: { S: 'Rome' }, deep: { L: [{ NULL: true }, { NS: ['1'] }] } } },
  list: { L: [{ N: '1' }, { S: 'two' }] },
  flag: { BOOL: true },
  none: { NULL: true },
};

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'items',
    key: ['id:S'],
    indexes: [{ name: 'by_kind', key: ['kind:S'] }],
    items: [
      ODD,
      ...['a', 'b', 'c'].map((id, i) => ({ id: { S: id }, n: { N: String(i + 1) }, kind: { S: 'k' } })),
    ],
  });
  await database.add({ name: 'copies', key: ['id:S'], items: [{ id: { S: 'seed' } }] });
  await database.add({
    name: 'orders',
    key: ['c:S', 'p:N'],
    items: [1, 2, 3].map((p) => ({
      c: { S: p === 3 ? 'b' : 'a' },
      p: { N: String(p) },
      v: { N: String(p * 10) },
    })),
  });
  db = await database.open();
});
afterAll(() => database.close());

async function stored(table: string, id: string): Promise<AttributeMap | undefined> {
  const input = { TableName: table, Key: { id: { S: id } }, ConsistentRead: true };
  const answer = await database.client.read('GetItem', input, newReadStats());
  return JSON.parse(answer.toString())['Item'];
}

async function plan(sql: string): Promise<string> {
  const { rows } = await db.query<{ 'QUERY PLAN': string }>(sql);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('INSERT', () => {
  it('puts rows, counts them, and reports their cost', async () => {
    const result = await db.query("INSERT INTO items (id, n) VALUES ('i1', 1), ('i2', 2.50), ('i3', ?)", [3]);
    expect(result).toMatchObject({ command: 'INSERT', rowCount: 3, rows: [], columns: [] });
    expect(result.stats).toMatchObject({ requests: 3, itemsWritten: 3, writeCapacity: 3, conflicts: 0 });
    expect(result.stats.written).toEqual(new Map([['items', 3]]));
    expect(await stored('items', 'i2')).toEqual({ id: { S: 'i2' }, n: { N: '2.5' } });
  });

  it('returns the rows of RETURNING in order', async () => {
    const { rows } = await db.query(
      "INSERT INTO items (id, n) VALUES ('r3', 3), ('r1', 1), ('r2', 2) RETURNING id, n * 2 AS twice",
    );
    expect(rows).toEqual([
      { id: 'r3', twice: 6 },
      { id: 'r1', twice: 2 },
      { id: 'r2', twice: 4 },
    ]);
  });

  it('leaves an existing item unchanged, and reports its key', async () => {
    const error = await thrownBy(() => db.query("INSERT INTO items (id, n) VALUES ('a', 9)"));
    expect(error).toMatchObject({
      code: 'SQL_UNIQUE',
      sqlState: '23505',
      message: `duplicate key value: an item with id = 'a' already exists in "items"`,
    });
    expect(await stored('items', 'a')).toMatchObject({ n: { N: '1' } });
  });

  it('reports how many rows were written before a conflict', async () => {
    const slow = await database.open('ThreadCount=1');
    const error = await thrownBy(() =>
      slow.query("INSERT INTO items (id) VALUES ('w1'), ('w2'), ('a'), ('w3')"),
    );
    expect(error.message).toBe(
      `duplicate key value: an item with id = 'a' already exists in "items"; 2 items were inserted before (2 WCU)`,
    );
    expect(await stored('items', 'w3')).toBeUndefined();
  });

  it.each([
    [
      "('x1', 1), ('', 2)",
      'DYNAMO_LIMIT',
      'row 2: PutItem: the key attribute id cannot contain an empty value',
    ],
    [
      "('x1', 1), (NULL, 2)",
      'SQL_NOT_NULL',
      'row 2: null value in column "id" of relation "items" violates not-null constraint',
    ],
    ["('x1', 1), ('x2', 1), ('x3', 1e200)", 'DYNAMO_LIMIT', 'row 3: PutItem: n: 1e200 is out of range'],
    [`('x1', 1), ('x2', 1${'0'.repeat(37)}1)`, 'SQL_BAD_VALUE', 'for column "n" has 39 significant digits'],
    [
      "('x1', 1), ('x2', 'NaN'::float8)",
      'SQL_BAD_VALUE',
      'row 2: DynamoDB cannot store the number NaN (column "n")',
    ],
    [
      "('x1', 1), ('x2', 'one')",
      'SQL_BAD_VALUE',
      'row 2: invalid input syntax for type numeric: "one" (column "n" holds numbers)',
    ],
    [
      "('x1', 1), ('x2', 1, 1)",
      'SQL_SYNTAX',
      'row 2: INSERT has more expressions than target columns (3 expressions, 2 columns)',
    ],
    [`('x1', 1), (repeat('é', 1100), 1)`, 'DYNAMO_LIMIT', 'row 2: PutItem: id: 2200 bytes'],
    [
      `('x1', repeat('x', 500000)::text)`,
      'DYNAMO_LIMIT',
      'PutItem: item size has exceeded the maximum allowed size: 5000',
    ],
  ])('refuses %s before anything is sent', async (values, code, message) => {
    const error = await thrownBy(() => db.query(`INSERT INTO items (id, n) VALUES ${values}`));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(await stored('items', 'x1')).toBeUndefined();
  });

  it('does nothing or updates on a conflict', async () => {
    const nothing = await db.query(
      "INSERT INTO items (id, n) VALUES ('c', 9) ON CONFLICT DO NOTHING RETURNING id",
    );
    expect(nothing).toMatchObject({ rowCount: 0, rows: [] });
    const { rows } = await db.query(
      "INSERT INTO items (id, n) VALUES ('c', 9) ON CONFLICT (id) DO UPDATE SET n = items.n + excluded.n RETURNING n",
    );
    expect(rows).toEqual([{ n: 12 }]);
    const skipped = await db.query(
      "INSERT INTO items (id, n) VALUES ('c', 9) ON CONFLICT (id) DO UPDATE SET n = 0 WHERE items.n < 10",
    );
    expect(skipped.rowCount).toBe(0);
  });

  it('stores sets and values in DynamoDB’s JSON format', async () => {
    await db.query(
      `INSERT INTO copies (id, tags, nums, raw, doc, list)
       VALUES ('typed', string_set('a', 'b'), number_set(1, 2.5), dynamodb_json('{"BS":["AAE="]}'), '{"a":1.10}'::json, ARRAY[1, 2])`,
    );
    expect(await stored('copies', 'typed')).toEqual({
      id: { S: 'typed' },
      tags: { SS: ['a', 'b'] },
      nums: { NS: ['1', '2.5'] },
      raw: { BS: ['AAE='] },
      doc: { M: { a: { N: '1.1' } } },
      list: { L: [{ N: '1' }, { N: '2' }] },
    });
  });
});

describe('INSERT … SELECT', () => {
  it.each([
    ['from a read alone', "SELECT * FROM items WHERE id = 'odd'"],
    ['over the engine', "SELECT * FROM items x WHERE upper(id) = 'ODD' ORDER BY id"],
    ['of a join', "SELECT x.* FROM items x JOIN orders o ON o.c = 'b' WHERE x.id = 'odd'"],
  ])('keeps the stored types of attributes, %s', async (_, select) => {
    await db.query("DELETE FROM copies WHERE id = 'odd'");
    const columns = (await db.query('SELECT * FROM items LIMIT 0')).columns.map(({ name }) => `"${name}"`);
    expect((await db.query(`INSERT INTO copies (${columns.join(', ')}) ${select}`)).rowCount).toBe(1);
    expect(await stored('copies', 'odd')).toEqual(await stored('items', 'odd'));
  });

  it.each([["WHERE id = 'odd'"], ["WHERE upper(id) = 'ODD' ORDER BY id"]])(
    'copies whole items, %s',
    async (where) => {
      await db.query("DELETE FROM copies WHERE id = 'odd'");
      await db.query(`INSERT INTO copies ("$item") SELECT "$item" FROM items ${where}`);
      expect(await stored('copies', 'odd')).toEqual(await stored('items', 'odd'));
    },
  );

  it('reads its own table to the end before it writes', async () => {
    const before = (await db.query('SELECT id FROM orders o JOIN items ON true')).rowCount / 3;
    const { rowCount } = await db.query("INSERT INTO items (id, n) SELECT id || '!', n FROM items");
    expect(rowCount).toBe(before);
    await db.query("DELETE FROM items WHERE id LIKE '%!'");
  });

  it('can refer to a CTE of WITH', async () => {
    const { rowCount } = await db.query(
      "WITH s AS (SELECT c || p AS id FROM orders) INSERT INTO copies (id) SELECT id FROM s WHERE id <> 'a1'",
    );
    expect(rowCount).toBe(2);
    expect(await stored('copies', 'b3')).toEqual({ id: { S: 'b3' } });
  });
});

describe('REPLACE and UPSERT', () => {
  it('replace an item, or set its attributes', async () => {
    await db.query("INSERT INTO copies (id, x, y) VALUES ('p', 1, 1)");
    expect((await db.query("UPSERT INTO copies (id, x, z) VALUES ('p', 2, 2)")).rowCount).toBe(1);
    expect(await stored('copies', 'p')).toEqual({
      id: { S: 'p' },
      x: { N: '2' },
      y: { N: '1' },
      z: { N: '2' },
    });
    await db.query("UPSERT INTO copies (id, y) VALUES ('p', DEFAULT), ('q', 1)");
    expect(await stored('copies', 'p')).toEqual({ id: { S: 'p' }, x: { N: '2' }, z: { N: '2' } });
    expect(await stored('copies', 'q')).toEqual({ id: { S: 'q' }, y: { N: '1' } });
    await db.query("replace into copies (id, y) values ('p', 5), ('p', 6)");
    expect(await stored('copies', 'p')).toEqual({ id: { S: 'p' }, y: { N: '6' } });
  });

  it('report error positions in the original statement', async () => {
    const sql = "REPLACE INTO nowhere (id) VALUES ('p')";
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    expect(
      await thrownBy(() => db.query("UPSERT INTO copies (id) VALUES ('p') ON CONFLICT DO NOTHING")),
    ).toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
      position: 38,
    });
  });
});

describe('UPDATE', () => {
  it('changes the items that match WHERE, by key without reading', async () => {
    const { rowCount, stats } = await db.query("UPDATE items SET n = n + 1 WHERE id = 'b'");
    expect([rowCount, stats.requests, stats.itemsRead]).toEqual([1, 1, 0]);
    expect(await stored('items', 'b')).toMatchObject({ n: { N: '3' } });
    expect((await db.query("UPDATE items SET n = 1 WHERE id = 'nobody'")).rowCount).toBe(0);
    expect(await stored('items', 'nobody')).toBeUndefined();
  });

  it('creates missing parent documents of a path', async () => {
    await db.query("INSERT INTO copies (id) VALUES ('u')");
    await db.query(
      "UPDATE copies SET address.geo.lat = 1, address.city = 'Rome', lines[0] = 'x' WHERE id = 'u'",
    );
    expect(await stored('copies', 'u')).toEqual({
      id: { S: 'u' },
      address: { M: { geo: { M: { lat: { N: '1' } } }, city: { S: 'Rome' } } },
      lines: { L: [{ S: 'x' }] },
    });
    await db.query("UPDATE copies SET address.geo = DEFAULT, lines[0] = 'y' WHERE id = 'u'");
    expect(await stored('copies', 'u')).toMatchObject({
      address: { M: { city: { S: 'Rome' } } },
      lines: { L: [{ S: 'y' }] },
    });
    const { rows } = await db.query("SELECT address.city, lines[0] AS line FROM copies WHERE id = 'u'");
    expect(rows).toEqual([{ city: 'Rome', line: 'y' }]);
    const error = await thrownBy(() => db.query("UPDATE copies SET address.city.x = 1 WHERE id = 'u'"));
    expect(error).toMatchObject({ code: 'SQL_BAD_VALUE' });
  });

  it('increments an attribute that does not exist yet', async () => {
    await db.query("INSERT INTO copies (id) VALUES ('counter')");
    for (let i = 0; i < 3; i += 1)
      await db.query("UPDATE copies SET hits = if_not_exists(hits, 0) + 1 WHERE id = 'counter'");
    expect(await stored('copies', 'counter')).toEqual({ id: { S: 'counter' }, hits: { N: '3' } });
  });

  it('takes values and keys from subqueries', async () => {
    const { rows } = await db.query<{ id: string; n: number }>(
      `UPDATE items SET n = (SELECT sum(v) FROM orders WHERE c = items.id)
       WHERE id IN (SELECT c FROM orders) RETURNING id, n`,
    );
    expect(rows.toSorted((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
      { id: 'a', n: 30 },
      { id: 'b', n: 30 },
    ]);
  });

  it.each([
    ['UPDATE items SET n = n, n = 1', 'multiple assignments to same column "n"'],
    ['UPDATE items SET doc = NULL, doc.x = 1', 'columns "doc" and "doc.x" overlap'],
  ])('%s is refused', async (sql, message) => {
    expect((await thrownBy(() => db.query(sql))).message).toBe(message);
  });
});

describe('DELETE', () => {
  it('returns the deleted items', async () => {
    await db.query("INSERT INTO copies (id, n) VALUES ('d1', 1), ('d2', 2)");
    const result = await db.query<{ id: string }>(
      "DELETE FROM copies WHERE id IN ('d1', 'd2', 'd3') RETURNING id",
    );
    expect(result.rowCount).toBe(2);
    expect(new Set(result.rows.map(({ id }) => id))).toEqual(new Set(['d1', 'd2']));
    expect(await stored('copies', 'd1')).toBeUndefined();
  });
});

describe('a statement that writes', () => {
  it('has the columns of RETURNING before it runs', async () => {
    await using statement = await db.prepare('UPDATE items SET kind = $1 WHERE id = $2 RETURNING id, n AS m');
    expect(statement.parameterCount).toBe(2);
    expect(statement.columns.map(({ name }) => name)).toEqual(['id', 'm']);
    expect((await statement.query(['z', 'a'])).rows).toEqual([{ id: 'a', m: 30 }]);
    expect((await statement.query(['z', 'none'])).rowCount).toBe(0);
  });

  it('streams the rows of RETURNING, with its tag and its counts', async () => {
    await using rows = await db.stream("REPLACE INTO copies (id) VALUES ('s1'), ('s2') RETURNING id");
    expect([rows.command, rows.affected]).toEqual(['INSERT', 2]);
    const ids: unknown[] = [];
    for await (const { id } of rows) ids.push(id);
    expect(ids).toEqual(['s1', 's2']);
    expect(rows.stats).toMatchObject({ itemsWritten: 2, writeCapacity: 2 });
  });

  it('is explained by EXPLAIN, and executed by EXPLAIN ANALYZE', async () => {
    expect(await plan("EXPLAIN INSERT INTO copies (id) VALUES ('e1')")).toBe(
      'PutItem copies, if no item with its key exists: 1 row, nothing is read',
    );
    expect(await plan('EXPLAIN REPLACE INTO copies SELECT * FROM copies')).toContain('Scan copies');
    expect(await stored('copies', 'e1')).toBeUndefined();
    expect(await db.explain("DELETE FROM copies WHERE id = 'e1'")).toEqual({
      mode: 'command',
      reads: [],
      text: 'DeleteItem copies, if the item still matches WHERE: the key is in the statement, nothing is read first',
    });
    const analyzed = await plan("EXPLAIN ANALYZE INSERT INTO copies (id) VALUES ('e1')");
    expect(analyzed).toContain('Written: 1 WCU in 1 request, 1 item, 0 conflicts');
    expect(await stored('copies', 'e1')).toEqual({ id: { S: 'e1' } });
  });
});

describe('limits', () => {
  it.each([
    "INSERT INTO copies (id) VALUES ('ro')",
    "REPLACE INTO copies (id) VALUES ('ro')",
    "UPSERT INTO copies (id) VALUES ('ro')",
    "UPDATE copies SET x = 1 WHERE id = 'ro'",
    "DELETE FROM copies WHERE id = 'seed'",
  ])('Readonly=true refuses %s', async (sql) => {
    const closed = await database.open('Readonly=true');
    expect(await thrownBy(() => closed.query(sql))).toMatchObject({
      code: 'SQL_READ_ONLY',
      sqlState: '25006',
    });
    expect(await stored('copies', 'seed')).toBeDefined();
  });

  it.each([[''], ['UseBatchWriteItemOperation=true']])(
    'MaxWCU stops a statement before the limit, %s',
    async (properties) => {
      const bounded = await database.open(`MaxWCU=100;ThreadCount=10;${properties}`);
      const values = Array.from({ length: 300 }, (_, i) => `('wcu${i}', 'k')`).join(', ');
      const error = await thrownBy(() => bounded.query(`INSERT INTO items (id, kind) VALUES ${values}`));
      expect(error.code).toBe('EXEC_CAPACITY');
      const [, units] = /\((\d+) WCU\)/.exec(error.message) ?? [];
      expect(Number(units)).toBeGreaterThanOrEqual(90);
      expect(Number(units)).toBeLessThanOrEqual(110);
      const { rows } = await db.query<{ n: number }>("SELECT count(*) AS n FROM items WHERE id LIKE 'wcu%'");
      expect(error.message).toContain(`${rows[0]?.n} items were inserted before`);
      await db.query("DELETE FROM items WHERE id LIKE 'wcu%'");
    },
  );

  it('can be set for one statement', async () => {
    const error = await thrownBy(() => db.query('UPDATE copies SET x = 1', [], { maxWcu: 1 }));
    expect(error).toMatchObject({ code: 'EXEC_CAPACITY' });
    expect(await thrownBy(() => db.query('SELECT 1', [], { maxWcu: 0 }))).toMatchObject({
      code: 'SQL_BAD_ARGUMENT',
    });
  });
});

describe('UseBatchWriteItemOperation', () => {
  it('replaces items, and the last row of a key wins', async () => {
    const batches = await database.open('UseBatchWriteItemOperation=true');
    const values = Array.from({ length: 60 }, (_, i) => `('batch${i % 30}', ${i})`).join(', ');
    const { rowCount, stats } = await batches.query(`INSERT INTO copies (id, n) VALUES ${values}`);
    expect([rowCount, stats.itemsWritten, stats.requests]).toEqual([60, 60, 3]);
    expect(await stored('copies', 'batch3')).toEqual({ id: { S: 'batch3' }, n: { N: '33' } });
    const later = await database.open();
    const { rows } = await later.query("SELECT sum(n) AS n FROM copies WHERE id LIKE 'batch%'");
    expect(rows).toEqual([{ n: 1335 }]);
  });
});
