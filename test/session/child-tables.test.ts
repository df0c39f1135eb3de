import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['customer:S', 'id:N'],
    items: [
      {
        customer: { S: 'ana' },
        id: { N: '1' },
        lines: {
          L: [
            { M: { sku: { S: 'a' }, quantity: { N: '2' }, price: { N: '9.95' }, tags: { SS: ['x'] } } },
            { M: { sku: { S: 'b' }, quantity: { N: '1' }, id: { S: 'own' }, gift: { BOOL: true } } },
          ],
        },
        codes: { NS: ['7'] },
      },
      {
        customer: { S: 'bob' },
        id: { N: '2' },
        lines: {
          L: [{ M: { sku: { S: 'a' }, quantity: { N: '5' }, tags: { L: [{ S: 'y' }, { N: '3' }] } } }],
        },
        codes: { NS: ['8'] },
      },
      { customer: { S: 'cyd' }, id: { N: '3' }, lines: { L: [] } },
      { customer: { S: 'dan' }, id: { N: '4' }, lines: { NULL: true } },
    ],
  });
  db = await database.open();
});
afterAll(() => database.close());

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await db.query<readonly unknown[]>(sql, [], { rowMode: 'array' })).rows;
}

describe('a list in a map', () => {
  beforeAll(() =>
    database.add({
      name: 'boxed',
      key: ['id:N'],
      items: [
        {
          id: { N: '1' },
          info: {
            M: {
              by: { S: 'ana' },
              lines: {
                L: [{ M: { sku: { S: 'a' }, tags: { SS: ['x', 'y'] } } }, { M: { sku: { S: 'b' } } }],
              },
              deep: { M: { codes: { NS: ['7'] } } },
            },
          },
        },
        { id: { N: '2' }, info: { M: { lines: { L: [{ M: { sku: { S: 'c' } } }] } } } },
        { id: { N: '3' }, info: { M: { by: { S: 'bob' } } } },
        { id: { N: '4' }, info: { S: 'none' } },
      ],
    }),
  );

  it.each<[string, unknown[][]]>([
    [
      'SELECT id, _index, sku FROM "boxed.info.lines" ORDER BY 1, 2',
      [
        [1, 1, 'a'],
        [1, 2, 'b'],
        [2, 1, 'c'],
      ],
    ],
    ['SELECT sku FROM boxed."info.lines" WHERE id = 2', [['c']]],
    ['SELECT id, value FROM "boxed.info.deep.codes"', [[1, 7]]],
    [
      'SELECT id, value FROM "boxed.info.lines.tags" ORDER BY 2',
      [
        [1, 'x'],
        [1, 'y'],
      ],
    ],
    ['SELECT DISTINCT info FROM boxed WHERE id = 4', [['none']]],
  ])('has a table of its elements, though the map stays a column: %s', async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  it('is not part of *', async () => {
    const { columns } = await db.query('SELECT * FROM boxed');
    expect(columns.map(({ name }) => name)).toEqual(['id', 'info']);
    expect((await db.explain('SELECT sku FROM "boxed.info.lines" WHERE id = 1')).text).toContain('GetItem');
  });
});

describe('a list or set in a document', () => {
  it.each<[string, string, unknown[][]]>([
    ['7 = ANY (codes)', 'contains(', [['ana']]],
    ['7 <> ALL (codes)', 'left to DuckDB', [['bob']]],
    ["'7' = ANY (codes)", 'contains(', []],
    ['cardinality(lines) > 1', 'size(', [['ana']]],
    ['array_length(lines, 1) = 2', 'left to DuckDB', [['ana']]],
    ['cardinality(lines) = 0', 'size(', [['cyd']]],
  ])('is an array: %s', async (where, asked, expected) => {
    const sql = `SELECT customer FROM orders WHERE ${where}`;
    expect((await db.explain(sql)).text).toContain(asked);
    expect(await rows(sql)).toEqual(expected);
  });

  it('is one for parameters, too', async () => {
    const { rows: found } = await db.query('SELECT customer FROM orders WHERE $1 = ANY (codes)', [8]);
    expect(found).toEqual([{ customer: 'bob' }]);
  });
});

describe('a child table', () => {
  it("has the parent's key, a position and the members of the elements", async () => {
    const { columns, rows: found } = await db.query(`SELECT * FROM "orders.lines" ORDER BY customer, _index`);
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'customer text',
      'id bigint',
      '_index bigint',
      'gift boolean',
      'lines.id text',
      'price numeric',
      'quantity bigint',
      'sku text',
      'tags json',
    ]);
    expect(found).toEqual([
      {
        customer: 'ana',
        id: 1,
        _index: 1,
        'lines.id': null,
        gift: null,
        price: 9.95,
        quantity: 2,
        sku: 'a',
        tags: ['x'],
      },
      {
        customer: 'ana',
        id: 1,
        _index: 2,
        'lines.id': 'own',
        gift: true,
        price: null,
        quantity: 1,
        sku: 'b',
        tags: null,
      },
      {
        customer: 'bob',
        id: 2,
        _index: 1,
        'lines.id': null,
        gift: null,
        price: null,
        quantity: 5,
        sku: 'a',
        tags: ['y', 3],
      },
    ]);
  });

  it('is named with or without quotes, in upper or lower case, and by an alias', async () => {
    expect(await rows('SELECT l.sku FROM orders.lines l WHERE l.id = 2')).toEqual([['a']]);
    expect(await rows('SELECT count(*) FROM "ORDERS.Lines"')).toEqual([[3]]);
    expect(await rows('SELECT a FROM orders.lines AS l(a, b) WHERE b = 2')).toEqual([['bob']]);
  });

  it('of a set has a column of values', async () => {
    expect(await rows('SELECT customer, _index, value FROM orders.codes ORDER BY 1')).toEqual([
      ['ana', 1, 7],
      ['bob', 1, 8],
    ]);
  });

  it('of a list within a list has the positions of both', async () => {
    expect(
      await rows('SELECT customer, lines_index, _index, value FROM "orders.lines.tags" ORDER BY 1, 2, 3'),
    ).toEqual([
      ['ana', 1, 1, 'x'],
      ['bob', 1, 1, 'y'],
      ['bob', 1, 2, 3],
    ]);
  });

  it('has the element itself as a hidden column', async () => {
    expect(await rows(`SELECT "$item"->>'gift' FROM orders.lines WHERE _index = 2`)).toEqual([['true']]);
  });

  it('joins its parent', async () => {
    expect(
      await rows(
        `SELECT o.customer, l.sku, l.quantity * l.price FROM orders o JOIN "orders.lines" l USING (customer, id) WHERE l.price > 1`,
      ),
    ).toEqual([['ana', 'a', 19.9]]);
    expect(
      await rows('SELECT sku FROM orders NATURAL JOIN orders.lines WHERE codes IS NOT NULL ORDER BY 1'),
    ).toEqual([['a'], ['a'], ['b']]);
  });

  it('reads the parent by its key, and skips items without elements', async () => {
    expect(
      (await db.explain(`SELECT sku FROM orders.lines WHERE customer = 'ana' AND id = 1`)).text,
    ).toContain('GetItem orders');
    expect((await db.explain(`SELECT sku FROM orders.lines WHERE customer = 'ana'`)).text).toContain(
      'Query orders',
    );
    expect((await db.explain('SELECT sku FROM orders.lines')).text).toContain('size(');
  });

  it.each([
    ["_index = 1 AND sku = 'b'", 'lines[0].sku', '#0[0].#1 = :'],
    ['_index = 2', 'the length of the list', 'size(#0) >= :'],
    ["_index = 1 AND quantity > 4 AND sku LIKE 'a%'", 'numbers and prefixes', 'begins_with(#0[0].#'],
  ])('asks DynamoDB for the item of an element: %s is about %s', async (where, _what, expression) => {
    const sql = `SELECT customer FROM "orders.lines" WHERE ${where}`;
    const { text } = await db.explain(sql);
    expect(text).toContain(expression);
    expect(await rows(sql)).toEqual(
      await rows(`SELECT customer FROM (SELECT * FROM "orders.lines" OFFSET 0) AS every WHERE ${where}`),
    );
  });

  it('filters by a member of a set or list in DynamoDB', async () => {
    const sql = 'SELECT customer FROM orders.codes WHERE value IN (7, 9)';
    expect((await db.explain(sql)).text).toContain('7 = ANY (codes)');
    expect(await rows(sql)).toEqual([['ana']]);
  });

  it('keeps all digits of a number that the sample did not have', async () => {
    const own = await database.open();
    await own.query('SELECT 1 FROM orders.lines');
    const late = {
      customer: { S: 'eve' },
      id: { N: '5' },
      lines: { L: [{ M: { quantity: { N: '1.5' } } }] },
    };
    await database.client.putItems('orders', [late]);
    // The table is sampled again before the statement fails.
    expect((await own.query(`SELECT quantity FROM orders.lines WHERE customer = 'eve'`)).rows).toEqual([
      { quantity: 1.5 },
    ]);
    expect((await own.query(`SELECT sku FROM orders.lines WHERE customer = 'eve'`)).rows).toEqual([
      { sku: null },
    ]);
  });

  it('does not exist without a list', async () => {
    await expect(rows('SELECT * FROM "orders.customer"')).rejects.toThrow(
      'relation "orders.customer" does not exist',
    );
  });

  it('cannot be written to', async () => {
    await expect(db.query("DELETE FROM orders.lines WHERE customer = 'ana'")).rejects.toThrow(
      'cannot execute DELETE on child table "orders.lines": its rows are elements of lists in "orders"',
    );
  });

  it('is described, and not listed', async () => {
    expect((await db.metadata.tables()).map(({ name }) => name)).toEqual(['boxed', 'orders']);
  });
});

describe('a child table of a table with a schema file', () => {
  let folder: string;
  let declared: Connection;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynadbc-children-'));
    declared = await database.open(`Location=${folder}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const file = (): string => join(folder, 'orders.schema.json');
  const save = (columns: readonly object[]): Promise<void> =>
    writeFile(file(), JSON.stringify({ version: 1, table: 'orders', columns }));

  it('has the columns of the sample after it is exported', async () => {
    const all = 'SELECT * FROM orders.lines ORDER BY customer, _index';
    const tags = 'SELECT * FROM "orders.lines.tags" ORDER BY customer, lines_index, _index';
    const plain = await database.open();
    await declared.schemas.export(['orders']);
    for (const sql of [all, tags]) {
      const [sampled, written] = [await plain.query(sql), await declared.query(sql)];
      expect(written.rows).toEqual(sampled.rows);
      expect(written.columns).toEqual(sampled.columns);
    }
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({
      columns: expect.arrayContaining([
        expect.objectContaining({
          name: 'codes',
          type: 'json',
          elements: [{ type: 'bigint' }],
        }),
      ]),
    });
  });

  it("has the columns of its file, and the parent's key", async () => {
    await save([
      { name: 'who', path: 'customer', type: 'text' },
      {
        name: 'items',
        path: 'lines',
        type: 'json',
        elements: [
          { name: 'article', path: 'sku', type: 'text' },
          { name: 'first tag', path: ['tags', 0], type: 'text' },
        ],
      },
    ]);
    const edited = await database.open(`Location=${folder}`);
    const { rows: found, stats } = await edited.query(
      'SELECT who, _index, article, "first tag" FROM orders.items WHERE who = \'ana\' ORDER BY 2',
    );
    expect(found).toEqual([
      { who: 'ana', _index: 1, article: 'a', 'first tag': 'x' },
      { who: 'ana', _index: 2, article: 'b', 'first tag': null },
    ]);
    expect(stats.plan).toEqual(['Query orders(customer)']);
  });

  it('refuses a number with more digits than its file declares', async () => {
    await save([
      { name: 'customer', type: 'text' },
      { name: 'lines', type: 'json', elements: [{ name: 'quantity', type: 'bigint' }] },
    ]);
    await database.client.putItems('orders', [
      {
        customer: { S: 'fay' },
        id: { N: '6' },
        lines: { L: [{ M: { quantity: { N: '2.5' } } }] },
      },
    ]);
    const edited = await database.open(`Location=${folder}`);
    await expect(edited.query("SELECT quantity FROM orders.lines WHERE customer = 'fay'")).rejects.toThrow(
      'an element contains 2.5, but its column has 0 decimal places',
    );
  });

  it.each<[object, string]>([
    [{ name: 'lines', type: 'text', elements: [] }, '/columns/0/elements: is []; expected no elements'],
    [{ name: 'lines', type: 'json', elements: [{ name: 'a' }] }, '/columns/0/elements/0/type: is missing'],
    [
      { name: 'lines', type: 'json', elements: [{ type: 'text' }, { type: 'text' }] },
      '/columns/0/elements/1: is {"type":"text"}; expected a unique name',
    ],
    [
      { name: 'lines', type: 'json', elements: [{ type: 'text', path: [-1] }] },
      '/columns/0/elements/0/path/0: is -1',
    ],
  ])('says what is wrong with its file: %j', async (column, message) => {
    await save([column]);
    const other = await database.open(`Location=${folder}`);
    await expect(other.query('SELECT 1 FROM orders.lines')).rejects.toMatchObject({
      code: 'CATALOG_SCHEMA_FILE',
      message: expect.stringContaining(message),
    });
  });
});
