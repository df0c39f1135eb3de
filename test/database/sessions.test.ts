import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SESSION_PROPERTIES } from '../../src/database/session-properties.ts';
import { PROPERTIES } from '../../src/connstring/properties.ts';
import { DriverError, openDatabase, type Database } from '../../src/index.ts';
import { startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  const items = Array.from({ length: 40 }, (_, i) => ({ id: { N: String(i) }, v: { S: `v${i % 4}` } }));
  await testDatabase.add({ name: 'readings', key: ['id:N'], items });
});
afterAll(() => testDatabase.close());

const open = (properties = '', warnings: string[] = []): Promise<Database> =>
  openDatabase(testDatabase.string(properties), { onWarning: (message) => warnings.push(message) });

async function readAll(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const row of stream) count += row === undefined ? 0 : 1;
  return count;
}

async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof DriverError ? error.code : String(error);
  }
}

describe('sessions of one database', () => {
  it('share what the catalog knows: a second one describes and samples nothing', async () => {
    const operations = new Set(['DescribeTable', 'ListTables', 'Scan', 'Query', 'GetItem']);
    await using proxy = await startFaultingProxy(testDatabase.endpoint, operations);
    const requests: string[] = [];
    proxy.plan(({ operation }) => void requests.push(operation));
    await using database = await openDatabase(
      testDatabase.string().replace(testDatabase.endpoint, proxy.endpoint),
    );
    const [first, second] = [database.session(), database.session()];
    await first.query('SELECT v, count(*) FROM readings GROUP BY v');
    requests.length = 0;
    const { rows } = await second.query('SELECT v, count(*) AS n FROM readings GROUP BY v ORDER BY v');
    expect(rows[0]).toEqual({ v: 'v0', n: 10 });
    expect(requests).toEqual(['Scan']);
  });

  it('have transactions of their own', async () => {
    await using database = await open();
    const [writer, reader] = [database.session(), database.session()];
    await writer.query('BEGIN');
    await writer.query("UPDATE readings SET v = 'changed' WHERE id = 1");
    await expect(reader.query('COMMIT')).resolves.toMatchObject({ command: 'COMMIT' });
    const { rows } = await reader.query('SELECT v FROM readings WHERE id = 1');
    expect(rows).toEqual([{ v: 'v1' }]);
    await writer.query('ROLLBACK');
  });

  it('have settings of their own, which start from those of the database', async () => {
    await using database = await open('MaxRows=30');
    const [plain, narrow] = [database.session(), database.session({ MaxRows: 3, Readonly: true })];
    expect((await plain.query('SELECT id FROM readings')).rowCount).toBe(30);
    expect(await narrow.query('SELECT id FROM readings')).toMatchObject({ rowCount: 3, truncated: true });
    expect(await codeOf(() => narrow.query('DELETE FROM readings WHERE id = 99'))).toBe('SQL_READ_ONLY');
    expect(await codeOf(() => plain.query('DELETE FROM readings WHERE id = 99'))).toBeUndefined();
    const shown = await narrow.query(
      "SELECT value FROM sys_connection_props WHERE name IN ('MaxRows', 'Readonly') ORDER BY name",
    );
    expect(shown.rows).toEqual([{ Value: '3' }, { Value: 'true' }]);
  });

  it('have budgets of their own', async () => {
    await using database = await open('MaxConnectionRCU=1');
    const [spent, fresh] = [database.session(), database.session()];
    await spent.query('SELECT id FROM readings WHERE id = 1');
    expect(await codeOf(() => spent.query('SELECT id FROM readings WHERE id = 1'))).toBe('EXEC_CAPACITY');
    expect(await codeOf(() => fresh.query('SELECT id FROM readings WHERE id = 1'))).toBeUndefined();
  });

  it('hear their own warnings', async () => {
    const [ofDatabase, ofSession]: [string[], string[]] = [[], []];
    await using database = await open('FullScan=Warn', ofDatabase);
    const session = database.session({}, { onWarning: (message) => ofSession.push(message) });
    await session.query("SELECT id FROM readings WHERE v = 'v1'");
    await database.session().query("SELECT id FROM readings WHERE v = 'v1'");
    expect(ofSession).toEqual([expect.stringContaining('readings')]);
    expect(ofDatabase).toEqual([expect.stringContaining('readings')]);
  });

  it('close alone, and their open transaction writes nothing', async () => {
    await using database = await open();
    const [closed, other] = [database.session(), database.session()];
    await closed.query('BEGIN');
    await closed.query("UPDATE readings SET v = 'lost' WHERE id = 2");
    await closed.close();
    expect(await codeOf(() => closed.query('SELECT 1'))).toBe('CONN_CLOSED');
    const { rows } = await other.query('SELECT v FROM readings WHERE id = 2');
    expect(rows).toEqual([{ v: 'v2' }]);
  });

  it('end with their database, which cancels what they are at', async () => {
    const database = await open('Pagesize=1');
    const session = database.session();
    const stream = await session.stream('SELECT id FROM readings');
    const reading = codeOf(async () => {
      const rows = stream[Symbol.asyncIterator]();
      await rows.next();
      await database.close();
      await readAll({ [Symbol.asyncIterator]: () => rows });
    });
    expect(await reading).toBe('CONN_CLOSED');
    expect(await codeOf(() => session.query('SELECT 1'))).toBe('CONN_CLOSED');
    expect(await codeOf(async () => database.session())).toBe('CONN_CLOSED');
    await session.close();
  });

  it('leave nothing of an unfinished statement in the engine, which other databases use on', async () => {
    await using database = await open();
    const [left, other] = [database.session(), database.session()];
    const stream = await left.stream('SELECT id, v FROM readings ORDER BY v, id');
    const rows = stream[Symbol.asyncIterator]();
    await rows.next();
    await left.close();
    expect(await codeOf(() => readAll(stream))).toBe('CONN_CLOSED');
    const { rows: after } = await other.query('SELECT v, count(*) AS n FROM readings GROUP BY v');
    expect(after).toHaveLength(4);
  });

  it('cannot do what the database may not', async () => {
    await using readOnly = await open('Readonly=true;AllowFiles=false');
    for (const properties of [{ Readonly: false }, { AllowFiles: true }])
      expect(await codeOf(async () => readOnly.session(properties))).toBe('CONN_BAD_VALUE');
  });

  it.each([
    [{ MaxRows: 'many' }, 'CONN_BAD_VALUE'],
    [{ AWSRegion: 'eu-west-1' }, 'CONN_BAD_VALUE'],
    [{ MaxRowz: 3 }, 'CONN_UNKNOWN_PROPERTY'],
  ])('refuse %j', async (properties, code) => {
    await using database = await open();
    expect(await codeOf(async () => database.session(properties as object))).toBe(code);
  });
});

it('the properties of a session are properties of a connection', () => {
  expect(Object.keys(PROPERTIES)).toEqual(expect.arrayContaining([...SESSION_PROPERTIES]));
});

it('connect makes a database and a session, and closes both', async () => {
  const connection = await testDatabase.open();
  expect(await connection.query('SELECT count(*) AS n FROM readings')).toMatchObject({ rows: [{ n: 40 }] });
  await connection.close();
  expect(await codeOf(() => connection.query('SELECT 1'))).toBe('CONN_CLOSED');
  await connection.close();
});
