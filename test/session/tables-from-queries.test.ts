import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import { readPages } from '../../src/dynamo/read/reader.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { thrownBy } from '../support/thrown.ts';

const SALES: readonly AttributeMap[] = [
  { shop: { S: 'a' }, day: { N: '1' }, total: { N: '10' }, tags: { SS: ['x', 'y'] } },
  { shop: { S: 'a' }, day: { N: '2' }, total: { N: '0.1' }, photo: { B: 'AQI=' } },
  { shop: { S: 'b' }, day: { N: '1' }, total: { N: '12345678901234567890123456789012345678' } },
];

describe('CREATE TABLE', () => {
  let database: TestDatabase;
  let db: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'sales',
      key: ['shop:S', 'day:N'],
      indexes: [{ name: 'by_total', key: ['total:N'], projection: 'KEYS_ONLY' }],
      items: SALES,
    });
    db = await database.open();
  });
  afterAll(() => database.close());

  const rowsOf = async (sql: string): Promise<unknown> => (await db.query(sql)).rows;
  const statementOf = async (table: string): Promise<unknown> =>
    (await db.query<{ statement: string }>(`SHOW CREATE TABLE ${table}`)).rows[0]?.statement;
  const itemsOf = async (table: string): Promise<readonly AttributeMap[]> => {
    const items: AttributeMap[] = [];
    const read = { table, access: { kind: 'Scan', segments: 1 }, filter: [], consistent: true } as const;
    for await (const page of readPages(database.client, read, { stats: newReadStats(), concurrency: 1 }))
      items.push(...JSON.parse(page.items.toString()));
    return items.toSorted((a, b) =>
      JSON.stringify([a['shop'], a['day']]) < JSON.stringify([b['shop'], b['day']]) ? -1 : 1,
    );
  };

  it.each(['CREATE TABLE whole AS SELECT * FROM sales', 'SELECT * INTO "into" FROM sales'])(
    '%s copies whole items with the key of their table',
    async (sql) => {
      expect(await db.query(sql)).toMatchObject({ command: 'SELECT', rowCount: 3 });
      const name = sql.includes('INTO') ? 'into' : 'whole';
      expect(await itemsOf(name)).toEqual(SALES);
      expect(await statementOf(`"${name}"`)).toContain('PRIMARY KEY ("shop", "day")');
    },
  );

  it('takes the columns of GROUP BY as the key', async () => {
    expect(
      await db.query('CREATE TABLE per_shop AS SELECT shop, count(*) AS days FROM sales GROUP BY shop'),
    ).toMatchObject({ command: 'SELECT', rowCount: 2 });
    expect(await rowsOf('SELECT * FROM per_shop ORDER BY shop')).toEqual([
      { shop: 'a', days: 2 },
      { shop: 'b', days: 1 },
    ]);
    await db.query('CREATE TABLE per_day AS SELECT day AS d, shop AS s, max(total) FROM sales GROUP BY 1, 2');
    expect(await statementOf('per_day')).toContain('PRIMARY KEY ("d", "s")');
  });

  it('takes names, a key, indexes, options and parameters', async () => {
    const sql = `CREATE TABLE numbered (n, label, PRIMARY KEY (n), INDEX by_label (label))
      WITH (billing = provisioned, read_capacity = 2, write_capacity = 2)
      AS SELECT i, 'é' || i FROM generate_series(1, $1) AS g(i) WITH DATA`;
    expect(await db.query(sql, [3])).toMatchObject({ command: 'SELECT', rowCount: 3 });
    expect(await rowsOf("SELECT n FROM numbered WHERE label = 'é2'")).toEqual([{ n: 2 }]);
    expect(await statementOf('numbered')).toContain('INDEX "by_label" ("label")');
    expect(await statementOf('numbered')).toContain('read_capacity = 2');
  });

  it('leaves the table empty WITH NO DATA, and does nothing IF it EXISTS', async () => {
    const sql = 'CREATE TABLE IF NOT EXISTS empty AS SELECT * FROM sales WITH NO DATA';
    expect(await db.query(sql)).toMatchObject({ command: 'CREATE TABLE AS', rowCount: 0 });
    expect(await db.query(sql)).toMatchObject({ command: 'CREATE TABLE AS', rowCount: 0 });
    expect(await itemsOf('empty')).toEqual([]);
    expect(await thrownBy(() => db.query('CREATE TABLE empty AS SELECT * FROM sales'))).toMatchObject({
      sqlState: '42P07',
    });
  });

  it('leaves no table behind when it fails', async () => {
    const failed = await thrownBy(() =>
      db.query('CREATE TABLE doubled (PRIMARY KEY (shop)) AS SELECT shop FROM sales'),
    );
    expect(failed).toMatchObject({
      sqlState: '23505',
      message: `duplicate key value: an item with shop = 'a' already exists in "doubled"`,
    });
    expect(await thrownBy(() => db.query('SELECT * FROM doubled'))).toMatchObject({ sqlState: '42P01' });
  });

  it.each([
    ['CREATE TABLE x_y AS SELECT 1 AS id', '42P16', 'Write CREATE TABLE x_y (PRIMARY KEY (id)) AS …'],
    ['CREATE TABLE x_y AS SELECT shop, total FROM sales', '42P16', 'PRIMARY KEY (shop)'],
    ['CREATE TABLE x_y AS SELECT DISTINCT shop, day FROM sales', '42P16', 'PRIMARY KEY (shop)'],
    ['CREATE TABLE x_y (a, b) AS SELECT 1', '42601', ''],
    ['CREATE TABLE x_y (a text, PRIMARY KEY (a)) AS SELECT 1', '42601', 'cast the values'],
    ['CREATE TABLE x_y (a, PRIMARY KEY (a))', '42601', 'AS and a query'],
    ['CREATE TABLE x_y (PRIMARY KEY (a)) AS SELECT true AS a', '42P16', ''],
    ['CREATE TABLE x_y (PRIMARY KEY (b)) AS SELECT 1 AS a', '42P16', ''],
    ['CREATE TABLE x_y AS SELECT nope FROM sales', '42703', ''],
    ['CREATE TABLE x_y AS DELETE FROM sales', '0A000', 'INSERT'],
    ['CREATE TABLE x_y AS SELECT * FROM sales ORDER', '42601', ''],
    ['SELECT 1 AS a INTO TEMP x_y', '0A000', ''],
    ['CREATE TABLE x_y (LIKE nowhere)', '42P01', ''],
    ['CREATE TABLE x_y (LIKE sales, PRIMARY KEY (day))', '42P16', 'remove PRIMARY KEY'],
  ])('refuses %s', async (sql, sqlState, remedy) => {
    const failed = await thrownBy(() => db.query(sql));
    expect(failed).toMatchObject({ sqlState, remedy: expect.stringContaining(remedy) });
    expect(await thrownBy(() => db.query('SELECT * FROM x_y'))).toMatchObject({ sqlState: '42P01' });
  });

  it('shows the position of an error in the query', async () => {
    const sql = 'CREATE TABLE "ééé" AS\nSELECT shop, nope FROM sales';
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ position: sql.indexOf('nope') + 1 });
  });

  it('copies the definition of another table with LIKE', async () => {
    expect(await db.query('CREATE TABLE plain (LIKE sales)')).toMatchObject({ command: 'CREATE TABLE' });
    expect(await statementOf('plain')).toBe(
      'CREATE TABLE "plain" (\n  "shop" text,\n  "day" numeric,\n  PRIMARY KEY ("shop", "day")\n)',
    );
    await db.query('CREATE TABLE full_copy (LIKE sales INCLUDING ALL, INDEX by_day (day))');
    const statement = await statementOf('full_copy');
    expect(statement).toContain('INDEX "by_total" ("total") KEYS ONLY');
    expect(statement).toContain('INDEX "by_day" ("day")');
    expect(await db.query('INSERT INTO full_copy SELECT * FROM sales')).toMatchObject({ rowCount: 3 });
    expect(await itemsOf('full_copy')).toEqual(SALES);
  });

  it('is refused on a read-only connection', async () => {
    const reader = await database.open('ReadOnly=true');
    for (const sql of [
      'CREATE TABLE x_y AS SELECT * FROM sales',
      'CREATE TABLE x_y (LIKE sales)',
      'SELECT * INTO x_y FROM sales',
    ])
      expect(await thrownBy(() => reader.query(sql))).toMatchObject({ sqlState: '25006' });
  });
});
