import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { connect } from '../../src/index.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let folder: string;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'app',
    key: ['pk:S', 'sk:S'],
    indexes: [{ name: 'by_type', key: ['type:S', 'sk:S'] }],
    items: [
      { pk: { S: 'c1' }, sk: { S: 'ORDER#1' }, type: { S: 'Order' }, total: { N: '3.5' } },
      { pk: { S: 'c1' }, sk: { S: 'ORDER#2' }, type: { S: 'Order' }, total: { N: '12' } },
      {
        pk: { S: 'c1' },
        sk: { S: 'PROFILE' },
        type: { S: 'Customer' },
        address: { M: { city: { S: 'Oslo' } } },
      },
      { pk: { S: 'c2' }, sk: { S: 'ORDER#3' }, type: { S: 'Order' }, total: { N: '7' } },
    ],
  });
});
afterAll(() => database.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-views-'));
  db = await database.open(`Location=${folder}`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function rows(sql: string, parameters: readonly string[] = []): Promise<unknown[][]> {
  const { rows: found } = await db.query<unknown[]>(sql, parameters, { rowMode: 'array' });
  return found;
}

function save(name: string, content: unknown): Promise<void> {
  return writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

function rejectionReason(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a view', () => {
  it('returns the rows of its query, with renamed columns and casts', async () => {
    const { command } = await db.query(
      "CREATE VIEW orders (customer, amount) AS SELECT pk, total::text, sk FROM app WHERE type = 'Order'; ",
    );
    expect(command).toBe('CREATE VIEW');
    expect(await rows('SELECT * FROM orders ORDER BY sk')).toEqual([
      ['c1', '3.5', 'ORDER#1'],
      ['c1', '12', 'ORDER#2'],
      ['c2', '7', 'ORDER#3'],
    ]);
    expect(await rows('SELECT o.customer FROM orders AS o (c) WHERE c = ?', ['c2']).catch(String)).toContain(
      'column o.customer does not exist',
    );
    expect(await rows('SELECT o.c FROM orders AS o (c) WHERE c = ?', ['c2'])).toEqual([['c2']]);
  });

  it.each([
    ["SELECT * FROM app WHERE sk LIKE 'ORDER#%'", "pk = 'c1'", 'Query app(pk, sk)'],
    ["SELECT * FROM app WHERE type = 'Order'", "sk > 'ORDER#1'", 'Query app.by_type(type, sk)'],
    [
      "SELECT pk AS customer, sk AS id FROM app WHERE sk LIKE 'ORDER#%'",
      "customer = 'c1'",
      'Query app(pk, sk)',
    ],
    ["SELECT * FROM app WHERE type = 'Order'", "type = 'Customer'", 'No request for app: no item can match'],
  ])('combines its condition with that of the statement: %s where %s', async (query, where, access) => {
    await db.query(`CREATE VIEW v AS ${query}`);
    const { reads } = await db.explain(`SELECT * FROM v WHERE ${where}`);
    expect(reads.map((read) => read.access)).toEqual([access]);
  });

  it('can be defined over views, joined with itself, and read with parameters', async () => {
    await db.query("CREATE VIEW orders AS SELECT pk AS customer, sk, total FROM app WHERE sk LIKE 'ORDER#%'");
    await db.query(
      'CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer',
    );
    expect(await rows('SELECT total FROM totals WHERE customer = $1', ['c1'])).toEqual([[15.5]]);
    expect(
      await rows(
        'SELECT count(*) FROM totals a JOIN orders b USING (customer) JOIN orders c USING (customer)',
      ),
    ).toEqual([[5]]);
    expect((await db.explain("SELECT * FROM totals WHERE customer = 'c1'")).reads[0]?.access).toBe(
      'Query app(pk, sk)',
    );
  });

  it('is saved in a file that only the user can read, for later connections', async () => {
    await db.query('CREATE VIEW "../odd name" AS SELECT pk FROM app');
    const files = await readdir(folder);
    expect(files).toEqual(['_.._odd_name.schema.json']);
    const file = join(folder, files[0] ?? '');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      version: 1,
      view: '../odd name',
      query: 'SELECT pk FROM app',
    });
    const next = await database.open(`Location=${folder}`);
    expect((await next.query('SELECT * FROM "../odd name"')).rowCount).toBe(4);
    await next.query('DROP VIEW "../odd name"');
    expect(await readdir(folder)).toEqual([]);
  });

  it('exists only in the connection without Location, with a warning unless it is temporary', async () => {
    const warnings: string[] = [];
    const { connect } = await import('../../src/index.ts');
    await using other = await connect(database.string(), { onWarning: (message) => warnings.push(message) });
    await other.query('CREATE TEMP VIEW a AS SELECT 1 AS x');
    expect(warnings).toEqual([]);
    await other.query('CREATE VIEW b AS SELECT x FROM a');
    expect(warnings).toEqual(['view "b" exists only in this connection, because Location is not set']);
    expect((await other.query('SELECT * FROM b')).rows).toEqual([{ x: 1 }]);
    await db.query('CREATE TEMP VIEW a AS SELECT 2 AS x');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is replaced and dropped by name', async () => {
    await db.query('CREATE VIEW v AS SELECT 1 AS x');
    expect(await rejectionReason(db.query('CREATE VIEW v AS SELECT 2 AS x'))).toMatchObject({
      sqlState: '42P07',
      message: expect.stringContaining('relation "v" already exists'),
    });
    expect(await rejectionReason(db.query('DROP TABLE v'))).toMatchObject({
      sqlState: '42809',
      message: '"v" is not a table',
    });
    await db.query('CREATE OR REPLACE VIEW v AS SELECT 2 AS x -- the second');
    expect(await rows('SELECT x FROM V')).toEqual([[2]]);
    await db.query('DROP VIEW IF EXISTS nothing, v');
    expect(await rejectionReason(db.query('SELECT * FROM v'))).toMatchObject({ sqlState: '42P01' });
    expect(await rejectionReason(db.query('DROP VIEW v'))).toMatchObject({
      sqlState: '42P01',
      message: 'view "v" does not exist',
    });
  });

  it.each([
    ['CREATE VIEW app AS SELECT 1', '42P07', 'relation "app" already exists'],
    ['CREATE VIEW "APP" AS SELECT 1', '42P07', 'relation "app" already exists'],
    ['CREATE VIEW sys_tables AS SELECT 1', '42P07', 'system table'],
    ['CREATE VIEW v AS SELECT pk, pk FROM app', '42P17', 'column "pk" specified more than once'],
    [
      'CREATE VIEW v (a, b) AS SELECT pk FROM app',
      '42601',
      'view "v" has 1 columns available but 2 columns specified',
    ],
    ['CREATE VIEW v AS SELECT nothing FROM app', '42703', 'column "nothing" does not exist'],
    ['CREATE VIEW v AS SELECT * FROM v', '42P01', 'relation "v" does not exist'],
    ['CREATE RECURSIVE VIEW v (n) AS SELECT 1', '0A000', 'RECURSIVE'],
    ['CREATE VIEW v AS SELECT pk FROM app WITH CHECK OPTION', '0A000', 'CHECK OPTION'],
    ['CREATE VIEW other.v AS SELECT 1', '0A000', 'schema "other" does not exist (views are in "public")'],
  ])('is rejected: %s', async (sql, sqlState, message) => {
    expect(await rejectionReason(db.query(sql))).toMatchObject({
      sqlState,
      message: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('cannot refer to itself', async () => {
    await db.query('CREATE VIEW a AS SELECT 1 AS x');
    await db.query('CREATE VIEW b AS SELECT x FROM a');
    expect(await rejectionReason(db.query('CREATE OR REPLACE VIEW a AS SELECT x FROM b'))).toMatchObject({
      code: 'CATALOG_VIEW',
      message: 'view "a" refers to itself: a -> b -> a',
    });
    await writeFile(join(folder, 'a.schema.json'), '{"version":1,"view":"a","query":"SELECT x FROM b"}');
    const next = await database.open(`Location=${folder}`);
    expect(await rejectionReason(next.query('SELECT  *  FROM a'))).toMatchObject({
      code: 'CATALOG_VIEW',
      position: 17,
    });
  });

  it('is named in the error of its query, at its position in the statement', async () => {
    await db.query('CREATE VIEW a AS SELECT 1 AS x');
    await db.query('CREATE VIEW b AS SELECT x FROM a');
    await db.query('CREATE OR REPLACE VIEW a AS SELECT 1 AS y');
    expect(await rejectionReason(db.query('SELECT 1, x FROM b'))).toMatchObject({
      code: 'SQL_UNKNOWN_COLUMN',
      message: expect.stringContaining('in view "b": column "x" does not exist'),
      position: 18,
    });
  });

  it('is listed with its columns by metadata and system tables', async () => {
    await db.query('CREATE VIEW v AS SELECT pk, total * 2 AS twice FROM app');
    expect(await db.metadata.tables()).toEqual([
      { name: 'app', kind: 'table' },
      { name: 'v', kind: 'view' },
    ]);
    expect((await db.metadata.columns('v')).map(({ name, type }) => [name, type])).toEqual([
      ['pk', 'text'],
      ['twice', 'numeric'],
    ]);
    expect(await db.metadata.details('v')).toMatchObject({
      kind: 'view',
      definition: expect.stringContaining('twice'),
    });
    expect(await db.metadata.indexes('v')).toEqual([]);
    expect(
      await rows(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
      ),
    ).toEqual([
      ['app', 'BASE TABLE'],
      ['v', 'VIEW'],
    ]);
    expect(await rows('SELECT view_definition FROM information_schema.views')).toEqual([
      ['SELECT pk, total * 2 AS twice FROM app'],
    ]);
    expect(
      await rows(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'v' ORDER BY ordinal_position",
      ),
    ).toEqual([
      ['pk', 'text'],
      ['twice', 'numeric'],
    ]);
  });
});

describe('a schema file', () => {
  it('renames, types, hides, orders and adds columns of its table', async () => {
    await save('app.schema.json', {
      version: 1,
      table: 'app',
      columns: [
        { name: 'city', path: ['address', 'city'], type: 'text' },
        { name: 'customer', path: 'pk', type: 'text' },
        { name: 'amount', path: 'total', type: 'numeric(38,2)' },
        { name: 'kind', path: 'type', type: 'text', hidden: true },
        { name: 'later', type: 'boolean' },
      ],
    });
    const result = await db.query("SELECT * FROM app WHERE kind = 'Customer' AND customer = 'c1'");
    expect(result.rows).toEqual([{ city: 'Oslo', customer: 'c1', amount: null, later: null }]);
    expect(result.stats.plan).toEqual(['Query app(pk)']);
    expect(await rows('SELECT sum(amount) FROM app')).toEqual([[22.5]]);
    expect(await rows("SELECT sk FROM app WHERE customer = 'c2'")).toEqual([['ORDER#3']]);
  });

  it('defines an entity by a condition, which becomes a part of the key condition', async () => {
    await save('order.schema.json', {
      version: 1,
      table: 'app',
      name: 'Order',
      where: "sk LIKE 'ORDER#%' -- orders only",
      columns: [
        { name: 'customer', path: 'pk', type: 'text' },
        { name: 'sk', type: 'text', hidden: true },
        { name: 'total', type: 'numeric(38,2)' },
      ],
    });
    const result = await db.query(
      `SELECT o.*, o.sk, "$item"->>'type' AS type FROM "order" o WHERE customer = 'c2'`,
    );
    expect(result.rows).toEqual([{ customer: 'c2', total: 7, sk: 'ORDER#3', type: 'Order' }]);
    expect(result.stats.plan).toEqual(['Query app(pk, sk)']);
    expect(await rows('SELECT count(*) FROM "Order"')).toEqual([[3]]);
    expect(await db.metadata.tables()).toContainEqual({ name: 'Order', kind: 'view' });
  });

  it('is read again after a change', async () => {
    await save('v.schema.json', { version: 1, view: 'v', query: 'SELECT 1 AS x' });
    expect(await rows('SELECT * FROM v')).toEqual([[1]]);
    await save('v.schema.json', { version: 1, view: 'v', query: ['SELECT 2', 'AS x, 3 AS y'] });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await rows('SELECT * FROM v')).toEqual([[2, 3]]);
  });

  it.each([
    ['{ "version": 1,\n"table": }', 'app.schema.json, line 2: not valid JSON'],
    [{ version: 2, table: 'app', columns: [] }, '/version: is 2'],
    [{ version: 1, table: 'app' }, '/columns: is missing; expected an array'],
    [
      { version: 1, table: 'app', columns: [{ name: 'a', type: 'money' }] },
      '/columns/0/type: is "money"; expected one of text',
    ],
    [
      { version: 1, table: 'app', columns: [{ name: 'pk', type: 'bigint' }] },
      'pk is a key of type S; expected text',
    ],
    [
      { version: 1, table: 'app', columns: [{ name: 'a', path: ['b', -1], type: 'text' }] },
      '/columns/0/path/1: is -1',
    ],
    [{ version: 1, table: 'app', columns: [], colour: 1 }, 'unknown member "colour"'],
    [{ version: 1, table: 'app', view: 'app', query: ' ' }, 'unknown member "table"'],
    [{ version: 1, view: 'app', query: ' ' }, '/query: is " "; expected SQL'],
  ])('is rejected with the position of the mistake: %j', async (content, message) => {
    await save('app.schema.json', content);
    expect(await rejectionReason(db.query('SELECT * FROM app'))).toMatchObject({
      code: 'CATALOG_SCHEMA_FILE',
      message: expect.stringContaining(message),
    });
  });

  it('that is invalid fails only the statements that need it, with its position', async () => {
    const warnings: string[] = [];
    await save('good.schema.json', { version: 1, view: 'good', query: 'SELECT 1 AS x' });
    await save('one.schema.json', { version: 1, view: 'bad', query: 5 });
    await save('two.schema.json', '{ "version": 1, "view": "cut", "que');
    await save('three.schema.json', 'nothing');
    await save('twin.schema.json', { version: 1, view: 'twin', query: 'SELECT 1' });
    await save('twin-2.schema.json', { version: 1, view: 'twin', query: 'SELECT 2' });
    const other = await connect(database.string(`Location=${folder}`), {
      onWarning: (text) => warnings.push(text),
    });
    try {
      expect((await other.query('SELECT * FROM good')).rows).toEqual([{ x: 1 }]);
      expect((await other.query('SELECT count(*) AS n FROM app')).rows).toEqual([{ n: 4 }]);
      expect((await other.query('SELECT DISTINCT TableName FROM sys_tablecolumns ORDER BY 1')).rows).toEqual([
        { TableName: 'app' },
        { TableName: 'good' },
      ]);
      expect(warnings).toHaveLength(4);
      expect(warnings).toContainEqual(
        expect.stringMatching(/one\.schema\.json, \/query: is 5.*"bad" fail until/),
      );
      for (const [name, message] of [
        ['bad', 'one.schema.json, /query: is 5; expected a string'],
        ['BAD', 'one.schema.json, /query: is 5; expected a string'],
        ['cut', 'two.schema.json, line 1: not valid JSON'],
        ['three', 'three.schema.json, line 1: not valid JSON'],
        ['twin', '"twin" is also described by'],
      ] as const)
        expect(await rejectionReason(other.query(`SELECT * FROM ${name}`))).toMatchObject({
          code: 'CATALOG_SCHEMA_FILE',
          message: expect.stringContaining(message),
          position: 15,
        });
      expect((await other.schemas.check()).map(({ schema, severity }) => [schema, severity])).toEqual([
        ['bad', 'error'],
        ['three', 'error'],
        ['cut', 'error'],
        ['twin', 'error'],
      ]);
      expect(await rejectionReason(other.metadata.columns('bad'))).toMatchObject({
        code: 'CATALOG_SCHEMA_FILE',
      });
      expect(await other.schemas.export(['three'])).toMatchObject([{ name: 'three', kept: true }]);
    } finally {
      await other.close();
    }
  });

  it('that is invalid is reported by the doctor', async () => {
    await save('good.schema.json', { version: 1, view: 'good', query: 'SELECT 1 AS x' });
    await save('one.schema.json', { version: 1, view: 'bad', query: 5 });
    const found: Finding[] = [];
    for await (const finding of diagnose(database.string(`Location=${folder}`)))
      if (finding.step === 'schema files') found.push(finding);
    expect(found).toMatchObject([
      { verdict: 'ok', message: `${folder}: 1 valid` },
      { verdict: 'warning', code: 'CATALOG_SCHEMA_FILE', message: expect.stringContaining('/query: is 5') },
    ]);
  });

  it('is reloaded when it becomes invalid and when it is corrected', async () => {
    expect(await rows('SELECT count(*) FROM app')).toEqual([[4]]);
    await save('app.schema.json', { version: 1, table: 'app', columns: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await rejectionReason(db.query('SELECT count(*) FROM app'))).toMatchObject({
      code: 'CATALOG_SCHEMA_FILE',
    });
    expect(await rejectionReason(db.query("INSERT INTO app (pk, sk) VALUES ('x', 'y')"))).toMatchObject({
      code: 'CATALOG_SCHEMA_FILE',
    });
    expect(await db.schemas.export(['app'], { overwrite: true })).toMatchObject([
      { name: 'app', kept: false },
    ]);
    expect(await rows('SELECT count(*) FROM app')).toEqual([[4]]);
  });

  it('is named in the error for a value that does not match its type', async () => {
    await save('app.schema.json', {
      version: 1,
      table: 'app',
      columns: [
        { name: 'sk', type: 'text' },
        { name: 'type', type: 'bigint' },
      ],
    });
    expect(await rejectionReason(db.query('SELECT max(type + 1) FROM app'))).toMatchObject({
      code: 'CATALOG_TYPE_DRIFT',
      remedy: expect.stringContaining('app.schema.json'),
    });
  });

  it('is exported from a sample, checked against one, and not overwritten', async () => {
    expect(await db.schemas.export()).toEqual([
      { name: 'app', file: join(folder, 'app.schema.json'), kept: false },
    ]);
    expect(await db.schemas.check()).toEqual([]);
    expect(await db.schemas.export(['app'])).toMatchObject([{ kept: true }]);
    expect((await db.query("SELECT * FROM app WHERE sk = 'ORDER#1' AND pk = 'c1'")).rows).toEqual([
      { pk: 'c1', sk: 'ORDER#1', type: 'Order', total: 3.5, address: null },
    ]);
    await save('app.schema.json', {
      version: 1,
      table: 'app',
      columns: [
        { name: 'kind', path: 'type', type: 'bigint' },
        { name: 'gone', type: 'text' },
      ],
    });
    await save('broken.schema.json', { version: 1, view: 'broken', query: 'SELECT nix FROM app' });
    const other = await database.open(`Location=${folder}`);
    expect(await other.schemas.check()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ schema: 'app', column: 'kind', severity: 'error' }),
        expect.objectContaining({ schema: 'app', column: 'gone', severity: 'note' }),
        expect.objectContaining({ schema: 'app', column: 'total', severity: 'note' }),
        expect.objectContaining({ schema: 'broken', severity: 'error' }),
      ]),
    );
  });

  it('is imported from a data model, whose facets become entities', async () => {
    const model = join(folder, 'model.json');
    await save('model.json', {
      ModelName: 'shop',
      DataModel: [
        {
          TableName: 'app',
          KeyAttributes: {
            PartitionKey: { AttributeName: 'pk', AttributeType: 'S' },
            SortKey: { AttributeName: 'sk', AttributeType: 'S' },
          },
          NonKeyAttributes: [
            { AttributeName: 'total', AttributeType: 'N' },
            { AttributeName: 'type', AttributeType: 'S' },
          ],
          TableFacets: [
            {
              FacetName: 'OrderHead',
              KeyAttributeAlias: { PartitionKeyAlias: 'customer', SortKeyAlias: 'order' },
              NonKeyAttributes: ['total'],
              TableData: [
                { pk: { S: 'x' }, sk: { S: 'ORDER#1' }, total: { N: '1.25' } },
                { pk: { S: 'y' }, sk: { S: 'ORDER#2' } },
              ],
            },
          ],
        },
      ],
    });
    expect((await db.schemas.import(model)).map(({ name }) => name)).toEqual(['app', 'OrderHead']);
    expect(await rejectionReason(db.schemas.import(model))).toMatchObject({
      code: 'CATALOG_DUPLICATE_TABLE',
    });
    const result = await db.query(`SELECT * FROM "OrderHead" WHERE customer = 'c1' ORDER BY "order"`);
    expect(result.rows).toEqual([
      { customer: 'c1', order: 'ORDER#1', total: 3.5 },
      { customer: 'c1', order: 'ORDER#2', total: 12 },
    ]);
    expect(result.stats.plan).toEqual(['Query app(pk, sk)']);
  });

  it('is generated with GenerateSchemaFiles', async () => {
    const lazy = await database.open(`Location=${folder};GenerateSchemaFiles=OnUse`);
    expect(await readdir(folder)).toEqual([]);
    expect((await lazy.query('SELECT * FROM app')).rowCount).toBe(4);
    expect(await readdir(folder)).toEqual(['app.schema.json']);
    await rm(join(folder, 'app.schema.json'));
    await database.open(`Location=${folder};GenerateSchemaFiles=OnStart`);
    expect(await readdir(folder)).toEqual(['app.schema.json']);
    expect(await rejectionReason(database.open('GenerateSchemaFiles=OnUse'))).toMatchObject({
      code: 'CONN_BAD_VALUE',
    });
  });
});
