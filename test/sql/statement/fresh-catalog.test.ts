import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, DriverError, type Connection } from '../../../src/index.ts';
import { startFaultingProxy, type FaultingProxy } from '../../doubles/faulting-proxy.ts';
import { startTestDatabase, type TableSpec, type TestDatabase } from '../../support/test-database.ts';

const OPERATIONS = new Set([
  'DescribeTable',
  'ListTables',
  'Scan',
  'Query',
  'GetItem',
  'PutItem',
  'UpdateItem',
]);

let database: TestDatabase;
let proxy: FaultingProxy;
let db: Connection;
let requests: string[] = [];
const notices: string[] = [];

const NOTES: TableSpec = {
  name: 'notes',
  key: ['id:S'],
  indexes: [{ name: 'by_kind', key: ['kind:S'] }],
  items: [
    { id: { S: 'a' }, kind: { S: 'x' }, n: { N: '1' } },
    { id: { S: 'b' }, kind: { S: 'y' }, n: { N: '2' } },
  ],
};

beforeAll(async () => {
  database = await startTestDatabase();
  proxy = await startFaultingProxy(database.endpoint, OPERATIONS);
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await database.close();
});

beforeEach(async () => {
  await replace(NOTES);
  await db?.close();
  db = await connect(database.string().replace(database.endpoint, proxy.endpoint), {
    onNotice: (message) => notices.push(message),
  });
  await db.query('SELECT * FROM notes');
  requests = [];
  proxy.plan(({ operation }) => void requests.push(operation));
});

/** As another program does it. */
async function replace(table: TableSpec): Promise<void> {
  if ((await database.client.describeTable(table.name)) !== undefined)
    await database.client.admin.delete(table.name, new AbortController().signal);
  while ((await database.client.describeTable(table.name)) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 2));
  await database.add(table);
}

async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof DriverError ? error.code : String(error);
  }
}

const columnsOf = async (): Promise<readonly string[]> =>
  (await db.query('SELECT * FROM notes')).columns.map(({ name }) => name);

/** Without rows, which would add the attributes that they have. */
const knownColumns = async (): Promise<readonly string[]> =>
  (await db.query('SELECT * FROM notes WHERE false')).columns.map(({ name }) => name);

describe('a statement that fails because of what the catalog remembers', () => {
  it('looks at the table again, and counts what that costs', async () => {
    await database.client.putItems('notes', [{ id: { S: 'c' }, extra: { S: 'new' } }]);
    const { rows, stats } = await db.query("SELECT extra FROM notes WHERE id = 'c'");
    expect(rows).toEqual([{ extra: 'new' }]);
    expect(requests).toEqual(['DescribeTable', 'Scan', 'GetItem']);
    expect(stats.sampledCapacity).toBeGreaterThan(0);
  });

  it('looks once, and fails when nothing has changed', async () => {
    expect(await codeOf(() => db.query('SELECT nothing FROM notes'))).toBe('SQL_UNKNOWN_COLUMN');
    expect(requests).toEqual(['DescribeTable', 'Scan']);
  });

  it.each([
    ['a query', () => db.query("SELECT id FROM notes WHERE kind = 'x'"), [{ id: 'n1' }]],
    [
      'an index by name',
      () => db.query('SELECT id FROM notes /*+ INDEX(by_n) */ WHERE n = 1'),
      [{ id: 'n1' }],
    ],
    ['RETURNING', () => db.query("UPDATE notes SET n = 3 WHERE id = 'n1' RETURNING id"), [{ id: 'n1' }]],
  ])('uses no index that is gone, and one that is new: %s', async (_, run, rows) => {
    await db.query("SELECT id FROM notes WHERE kind = 'x'");
    await replace({
      ...NOTES,
      indexes: [{ name: 'by_n', key: ['n:N'] }],
      items: [{ id: { S: 'n1' }, kind: { S: 'x' }, n: { N: '1' } }],
    });
    expect((await run()).rows).toEqual(rows);
  });

  it('streams the rows of a table that has lost the index of its plan', async () => {
    await replace({ ...NOTES, indexes: [] });
    const rows: unknown[] = [];
    for await (const row of await db.stream("SELECT id FROM notes WHERE kind = 'x'")) rows.push(row);
    expect(rows).toEqual([{ id: 'a' }]);
  });

  it('has the columns of the table that took the place of the old one', async () => {
    await replace({
      ...NOTES,
      key: ['pk:S', 'sk:N'],
      indexes: [],
      items: [{ pk: { S: 'p' }, sk: { N: '1' } }],
    });
    const { rows, columns } = await db.query('SELECT * FROM notes');
    expect(rows).toEqual([{ pk: 'p', sk: 1 }]);
    expect(columns.map(({ name }) => name)).toEqual(['pk', 'sk']);
    await expect(db.prepare('SELECT id FROM notes')).rejects.toMatchObject({ code: 'SQL_UNKNOWN_COLUMN' });
  });

  it('says that the table is gone, and finds it when it is back', async () => {
    await database.client.admin.delete('notes', new AbortController().signal);
    while ((await database.client.describeTable('notes')) !== undefined) await Promise.resolve();
    expect(await codeOf(() => db.query('SELECT * FROM notes'))).toBe('CATALOG_UNKNOWN_TABLE');
    await database.add(NOTES);
    expect((await db.query('SELECT * FROM notes')).rows).toHaveLength(2);
  });

  it('does not repeat what it wrote', async () => {
    const insert = "INSERT INTO notes (id, n) VALUES ('c', 3), ('d', 4), (NULL, 5)";
    expect(await codeOf(() => db.query(insert))).toBe('SQL_NOT_NULL');
    const puts = requests.filter((operation) => operation === 'PutItem').length;
    expect(puts).toBe((await db.query("SELECT id FROM notes WHERE id IN ('c', 'd')")).rowCount);
  });
});

describe('an attribute that a statement writes', () => {
  it.each([
    ["INSERT INTO notes (id, title, score) VALUES ('c', 'first', 5)", ['score', 'title']],
    ["UPDATE notes SET score = 1.5, title = 'x' WHERE id = 'a'", ['score', 'title']],
    ['INSERT INTO notes VALUES (\'{"id":"c","score":7,"title":null}\')', []],
    [`INSERT INTO notes ("$item") VALUES ('{"id":"c","score":7,"title":"t"}')`, ['score', 'title']],
  ])('is a column at once: %s', async (sql, added) => {
    const failed = await codeOf(() => db.query(sql));
    expect((await columnsOf()).filter((name) => ['score', 'title'].includes(name)).toSorted()).toEqual(
      failed === undefined ? added : [],
    );
    expect(requests).not.toContain('DescribeTable');
  });

  it('is one when the transaction commits, and not when it is rolled back', async () => {
    for (const [end, has] of [
      ['ROLLBACK', false],
      ['COMMIT', true],
    ] as const) {
      await db.query('BEGIN');
      await db.query("UPDATE notes SET later = 'x' WHERE id = 'a'");
      const failed = await codeOf(() => db.query(end));
      // The embedded DynamoDB has no transactions.
      expect((await columnsOf()).includes('later')).toBe(has && failed === undefined);
    }
  });

  it('stays one when the table is sampled again, but not in a table that is created anew', async () => {
    await db.query("UPDATE notes SET rare = 'x' WHERE id = 'a'");
    await database.client.putItems('notes', [{ id: { S: 'a' }, kind: { S: 'x' } }]);
    await db.query('REFRESH TABLE notes');
    expect(await columnsOf()).toContain('rare');
    await replace(NOTES);
    await db.query('REFRESH TABLE notes');
    expect(await columnsOf()).not.toContain('rare');
  });
});

describe('what forces a look', () => {
  it.each([
    ['REFRESH TABLE notes', 'REFRESH TABLE'],
    ['refresh table public.notes', 'REFRESH TABLE'],
    ['DISCARD ALL', 'DISCARD ALL'],
    ['DISCARD PLANS', 'DISCARD PLANS'],
  ])('%s', async (sql, command) => {
    await database.client.putItems('notes', [{ id: { S: 'c' }, extra: { S: 'new' } }]);
    expect(await knownColumns()).not.toContain('extra');
    expect((await db.query(sql)).command).toBe(command);
    expect(await knownColumns()).toContain('extra');
  });

  it('REFRESH TABLE names a table that exists', async () => {
    await expect(db.query('REFRESH TABLE nothing')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      position: 15,
    });
  });

  it('DISCARD ALL does not run in a transaction', async () => {
    await db.query('BEGIN');
    expect(await codeOf(() => db.query('DISCARD ALL'))).toBe('SQL_IN_TRANSACTION');
    await db.query('ROLLBACK');
  });
});
