import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['customer:S', 'id:N'],
    indexes: [{ name: 'by_status', key: ['status:S', 'id:N'], projection: 'KEYS_ONLY' }],
    items: [{ customer: { S: 'a' }, id: { N: '1' }, status: { S: 'open' }, total: { N: '1.25' } }],
  });
  await database.add({ name: 'Customers', key: ['id:S'], items: [{ id: { S: 'a' } }] });
  db = await database.open();
  await db.query('CREATE VIEW open_orders AS SELECT customer, total FROM orders');
});
afterAll(() => database.close());

async function rows(sql: string): Promise<unknown[][]> {
  return (await db.query<unknown[]>(sql, [], { rowMode: 'array' })).rows;
}

describe('catalog queries of programs', () => {
  it('list tables in the current schema and database', async () => {
    expect(
      await rows(
        'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_catalog = current_database() ORDER BY 1',
      ),
    ).toEqual([['Customers'], ['open_orders'], ['orders']]);
    expect(await rows('SELECT id FROM dynamodb.public."Customers"')).toEqual([['a']]);
  });

  it('list relations with their kinds, owners and comments', async () => {
    expect(
      await rows(
        `SELECT n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner), am.amname, d.description
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
         LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
         WHERE n.nspname !~ '^pg_' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2`,
      ),
    ).toEqual([
      ['public', 'Customers', 'r', 'dynadbc', 'heap', null],
      ['public', 'Customers_pkey', 'i', 'dynadbc', 'btree', null],
      ['public', 'by_status', 'i', 'dynadbc', 'btree', null],
      ['public', 'open_orders', 'v', 'dynadbc', null, null],
      ['public', 'orders', 'r', 'dynadbc', 'heap', null],
      ['public', 'orders_pkey', 'i', 'dynadbc', 'btree', null],
    ]);
  });

  it('list columns by the name of their table, cast to regclass', async () => {
    expect(
      await rows(
        `SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = 'public.orders'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1`,
      ),
    ).toEqual([
      [1, 'customer', 'text', true, null],
      [2, 'id', 'bigint', true, null],
      [3, 'status', 'text', false, null],
      [4, 'total', 'numeric', false, null],
    ]);
    expect(await rows(`SELECT attname FROM pg_attribute WHERE attrelid = '"Customers"'::regclass`)).toEqual([
      ['id'],
    ]);
  });

  it.each([
    [`to_regclass('orders') = 'orders'::regclass`, true],
    [`to_regclass('nothing')`, null],
    [`to_regclass('public."Customers"') IS NULL`, false],
    ["format('%I.%I', 'public', 'Customers')::regclass = '\"Customers\"'::regclass", true],
    [`current_setting('server_version_num')::int >= 150000`, true],
    [`current_setting('search_path')`, 'public'],
    [`current_setting('no.such', true)`, null],
    [`current_schemas(false)`, ['public']],
    [`pg_encoding_to_char(6)`, 'UTF8'],
    [`format_type(20, NULL)`, 'bigint'],
  ])('evaluate %s', async (expression, value) => {
    expect(await rows(`SELECT ${expression}`)).toEqual([[value]]);
  });

  it('convert OIDs to relation names', async () => {
    expect(
      await rows(
        `SELECT i.indrelid::regclass::text, i.indexrelid::regclass FROM pg_index i WHERE NOT i.indisprimary`,
      ),
    ).toEqual([['orders', 'by_status']]);
  });

  it.each([
    ["SELECT 'orders'::regclass", 'orders'],
    [`SELECT '"Customers"'::regclass::text`, 'Customers'],
    ["SELECT 'ORDERS'::regclass", 'orders'],
    ["SELECT 'by_status'::regclass::text", 'by_status'],
    ["SELECT 'pg_catalog.pg_class'::regclass", 'pg_class'],
    ["SELECT to_regclass('open_orders')", 'open_orders'],
    ["SELECT relname FROM pg_class c WHERE c.oid::regclass = 'orders'::regclass", 'orders'],
    ["SELECT relname FROM pg_class c WHERE 'orders' = oid::regclass", 'orders'],
    [
      "SELECT relname FROM pg_class c WHERE c.oid::regclass IN ('orders', 'open_orders') AND relkind = 'v'",
      'open_orders',
    ],
    ["SELECT relname FROM pg_class c WHERE c.oid = 'orders_pkey'::regclass", 'orders_pkey'],
    ["SELECT relname FROM pg_class c WHERE c.oid::regclass::text = 'by_status'", 'by_status'],
  ])('show a regclass as its name, and compare its OID: %s', async (sql, name) => {
    expect(await rows(sql)).toEqual([[name]]);
  });

  it.each([
    "SELECT 'nothing'::regclass",
    "SELECT 'nothing'::regclass::oid",
    "SELECT attname FROM pg_attribute WHERE attrelid = 'public.nothing'::regclass",
  ])('reject the name of a relation that does not exist: %s', async (sql) => {
    expect(await thrownBy(() => rows(sql))).toMatchObject({
      sqlState: '42P01',
      message: expect.stringMatching(/^relation "(public\.)?nothing" does not exist$/),
    });
  });

  it('return columns with their PostgreSQL names', async () => {
    const { columns } = await db.query("SELECT 'orders'::regclass, to_regclass('orders') AS x");
    expect(columns).toEqual([
      { name: 'regclass', type: 'text', oid: 25 },
      { name: 'x', type: 'text', oid: 25 },
    ]);
  });

  it('list keys and indexes with their columns', async () => {
    expect(
      await rows(
        `SELECT ic.relname, i.indisunique, ia.attnum, ta.attname FROM pg_index i
         JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class ic ON ic.oid = i.indexrelid
         JOIN pg_attribute ia ON ia.attrelid = i.indexrelid
         JOIN pg_attribute ta ON ta.attrelid = i.indrelid AND ta.attnum = i.indkey[ia.attnum - 1]
         WHERE t.relname = 'orders' ORDER BY 1, 3`,
      ),
    ).toEqual([
      ['by_status', false, 1, 'status'],
      ['by_status', false, 2, 'id'],
      ['orders_pkey', true, 1, 'customer'],
      ['orders_pkey', true, 2, 'id'],
    ]);
    expect(
      await rows(
        `SELECT a.attname FROM pg_constraint p JOIN pg_attribute a ON a.attrelid = p.conrelid AND a.attnum = ANY (p.conkey)
         WHERE p.contype = 'p' AND p.conrelid = 'orders'::regclass ORDER BY a.attnum`,
      ),
    ).toEqual([['customer'], ['id']]);
  });

  it("list keys for pgjdbc's getPrimaryKeys", async () => {
    expect(
      await rows(
        `SELECT result.TABLE_NAME, result.COLUMN_NAME, result.KEY_SEQ, result.PK_NAME FROM (
           SELECT n.nspname AS TABLE_SCHEM, ct.relname AS TABLE_NAME, a.attname AS COLUMN_NAME,
             (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, ci.relname AS PK_NAME,
             information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM
           FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid)
             JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid)
             JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid)
             JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid)
           WHERE true AND ct.relname = 'orders' AND i.indisprimary) result
         WHERE result.A_ATTNUM = (result.KEYS).x ORDER BY result.table_name, result.pk_name, result.key_seq`,
      ),
    ).toEqual([
      ['orders', 'customer', 1, 'orders_pkey'],
      ['orders', 'id', 2, 'orders_pkey'],
    ]);
    expect(await rows('SELECT t.n, x FROM information_schema._pg_expandarray(ARRAY[7, 9]) AS t')).toEqual([
      [1, 7],
      [2, 9],
    ]);
  });

  it('list index attributes with their types, and the lengths of types', async () => {
    expect(
      await rows(
        `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = 'by_status'::regclass ORDER BY attnum`,
      ),
    ).toEqual([
      ['status', 'text'],
      ['id', 'numeric'],
    ]);
    expect(
      await rows(
        `SELECT typname, typlen, typbyval, typcategory FROM pg_type WHERE typname IN ('bool', 'int8', 'text', 'uuid') ORDER BY 1`,
      ),
    ).toEqual([
      ['bool', 1, true, 'B'],
      ['int8', 8, true, 'N'],
      ['text', -1, false, 'S'],
      ['uuid', 16, false, 'U'],
    ]);
  });

  it('report the sizes of tables and indexes from DynamoDB', async () => {
    const sized = database.withRules([], { sizeBytes: 5000 });
    const { rows: found } = await sized.query(
      `SELECT relname, pg_total_relation_size(c.oid) AS total, pg_table_size(c.oid) AS own, pg_indexes_size(c.oid) AS indexes
       FROM pg_class c WHERE relkind = 'r' ORDER BY 1`,
    );
    expect(found).toEqual([
      { relname: 'Customers', total: 5000, own: 5000, indexes: 0 },
      { relname: 'orders', total: 5000, own: 5000, indexes: 0 },
    ]);
    const { rows: named } = await sized.query(
      "SELECT pg_relation_size('orders') AS a, pg_total_relation_size('public.orders'::regclass) AS b",
    );
    expect(named).toEqual([{ a: 5000, b: 5000 }]);
    expect(await thrownBy(() => rows("SELECT pg_relation_size('nothing')"))).toMatchObject({
      sqlState: '42P01',
    });
  });

  it('return the definitions of indexes, constraints and views', async () => {
    expect(
      await rows(
        `SELECT pg_get_indexdef(i.indexrelid), pg_get_constraintdef(p.oid, true) FROM pg_index i
         JOIN pg_constraint p ON p.conindid = i.indexrelid WHERE i.indrelid = 'orders'::regclass`,
      ),
    ).toEqual([
      [
        'CREATE UNIQUE INDEX "orders_pkey" ON "public"."orders" USING btree ("customer", "id")',
        'PRIMARY KEY (customer, id)',
      ],
    ]);
    expect(await rows(`SELECT pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v'`)).toEqual([
      ['SELECT customer, total FROM orders'],
    ]);
  });
});

describe('server settings', () => {
  it.each([
    ['SHOW search_path', [['public']]],
    ['show SERVER_VERSION', [['15.0']]],
    ['SHOW TRANSACTION ISOLATION LEVEL', [['read committed']]],
    ['SHOW TIME ZONE', [['UTC']]],
    ["SELECT setting FROM pg_settings WHERE name = 'client_encoding'", [['UTF8']]],
  ])('are shown by %s', async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  it('are listed by SHOW ALL', async () => {
    const { rows: all, columns } = await db.query('SHOW ALL');
    expect(columns.map(({ name }) => name)).toEqual(['name', 'setting', 'description']);
    expect(all).toContainEqual({
      name: 'DateStyle',
      setting: 'ISO, MDY',
      description: 'The output format of dates.',
    });
  });

  it.each([
    "SET application_name = 'reports'",
    'SET extra_float_digits = 3',
    "SET client_encoding TO 'utf-8'",
    'SET search_path TO public',
    'SET datestyle = ISO',
    "SET TIME ZONE 'UTC'",
    "SET timezone TO 'Etc/UTC'",
    "SET TimeZone = 'GMT'",
    'SET TIME ZONE 0',
    'SET search_path TO DEFAULT',
  ])('can be set without effect: %s', async (sql) => {
    expect(await db.query(sql)).toMatchObject({ command: 'SET', rowCount: 0 });
  });

  it('cannot be changed if statements depend on them', async () => {
    await expect(db.query("SET DateStyle = 'German'")).rejects.toMatchObject({
      sqlState: '0A000',
      message: 'parameter "DateStyle" cannot be changed from "ISO, MDY" to "German"',
      remedy: expect.stringContaining('connection properties'),
    });
    await expect(db.query('SET serch_path = public')).rejects.toMatchObject({
      sqlState: '42704',
      candidates: ['search_path'],
    });
    await expect(db.query("SELECT current_setting('nothing')")).rejects.toMatchObject({
      sqlState: '42704',
      message: 'unrecognized configuration parameter "nothing"',
    });
  });
});
