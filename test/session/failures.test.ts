import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '../../src/index.ts';
import { serviceError } from '../doubles/dynamodb-http.ts';
import { toPage, serveTable, type ServedTable } from '../doubles/served-table.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const PATHS = [
  ['direct', 'SELECT id FROM things'],
  ['engine', 'SELECT id FROM things ORDER BY id'],
] as const;
const THROTTLED = serviceError('ProvisionedThroughputExceededException', 'Rate exceeded');

describe('a failure of DynamoDB', () => {
  let served: ServedTable | undefined;
  afterEach(() => served?.close());

  describe.each(PATHS)('on the %s path', (_, sql) => {
    it('is retried when throttled, and counted', async () => {
      served = await serveTable((at) => (at === 1 || at === 2 ? THROTTLED : toPage([`a${at}`], at === 0)));
      await using db = await connect(served.string());
      const { rows, stats } = await db.query(sql);
      expect(rows).toEqual([{ id: 'a0' }, { id: 'a3' }]);
      expect(stats).toMatchObject({ throttles: 2, requests: 4, pages: 2, itemsRead: 2, readCapacity: 1 });
    });

    it('is reported when throttling does not end', async () => {
      served = await serveTable(() => THROTTLED);
      await using db = await connect(served.string('MaximumRequestRetries=2'));
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'DYNAMO_THROTTLED', sqlState: '53000' });
      expect(served.reads()).toBe(3);
    });

    it('is retried if a response breaks off', async () => {
      served = await serveTable((at) => (at === 0 ? { cut: '{"Items":[{"id":{"S":"tr' } : toPage(['whole'])));
      await using db = await connect(served.string());
      expect((await db.query(sql)).rows).toEqual([{ id: 'whole' }]);
    });

    it('is reported when every response breaks off', async () => {
      served = await serveTable(() => ({ cut: '{"Items":[' }));
      await using db = await connect(served.string('MaximumRequestRetries=1'));
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'CONN_NETWORK', sqlState: '08006' });
    });

    it('is reported when the response is not from DynamoDB', async () => {
      served = await serveTable(() => ({ body: '<html>A proxy speaking</html>' }));
      await using db = await connect(served.string('MaximumRequestRetries=1'));
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'DYNAMO_MALFORMED', sqlState: '08P01' });
    });

    it('never truncates a result silently: rows of earlier pages are followed by the error of a later one', async () => {
      served = await serveTable((at) =>
        at === 0 ? toPage(['a'], true) : serviceError('ValidationException', 'no'),
      );
      await using db = await connect(served.string());
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'DYNAMO_REFUSED' });
    });

    it.each([
      ['ExpiredTokenException', 'AUTH_EXPIRED', '28000'],
      ['UnrecognizedClientException', 'AUTH_REFUSED', '28000'],
      ['AccessDeniedException', 'AUTH_DENIED', '42501'],
    ])('%s is %s', async (name, code, sqlState) => {
      served = await serveTable(() => serviceError(name, 'a message from AWS'));
      await using db = await connect(served.string());
      const error = await thrownBy(() => db.query(sql));
      expect(error).toMatchObject({ code, sqlState });
      expect(error.message).toContain('a message from AWS');
      expect(error.message).not.toContain('not-a-secret');
      expect(served.reads()).toBe(1);
    });

    it('leaves the connection usable', async () => {
      served = await serveTable((at) =>
        at === 0 ? serviceError('ValidationException', 'no') : toPage(['b']),
      );
      await using db = await connect(served.string());
      await expect(db.query(sql)).rejects.toMatchObject({ code: 'DYNAMO_REFUSED' });
      expect((await db.query(sql)).rows).toEqual([{ id: 'b' }]);
    });
  });
});

describe('an error in a statement', () => {
  let database: TestDatabase;
  let db: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'orders',
      key: ['customer:S', 'placed:N'],
      items: [{ customer: { S: 'c1' }, placed: { N: '1' }, total: { N: '9.5' }, status: { S: 'open' } }],
    });
    db = await database.open();
  });
  afterAll(() => database.close());

  it.each([
    ['SELEC 1', 'SQL_SYNTAX', '42601', 1, []],
    ['SELECT * FROM order_s', 'CATALOG_UNKNOWN_TABLE', '42P01', 15, ['orders']],
    ['SELECT statsu FROM orders', 'SQL_UNKNOWN_COLUMN', '42703', 8, ['status']],
    ['SELECT o.totl FROM orders o', 'SQL_UNKNOWN_COLUMN', '42703', 8, ['total']],
    ['SELECT x.total FROM orders o', 'SQL_UNKNOWN_COLUMN', '42703', 8, []],
    ['SELECT total FROM orders a, orders b', 'SQL_AMBIGUOUS_COLUMN', '42702', 8, []],
    ['SELECT nosuch(total) FROM orders', 'SQL_UNKNOWN_FUNCTION', '42883', 8, []],
    ['SELECT status, count(*) FROM orders', 'SQL_GROUPING', '42803', 8, []],
    ['SELECT é FROM orders WHERE "wrong" = 1', 'SQL_UNKNOWN_COLUMN', '42703', 8, []],
    ['GRANT SELECT ON orders TO ana', 'SQL_NOT_SUPPORTED', '0A000', 1, []],
    ['SELECT * FROM orders FOR UPDATE', 'SQL_NO_TRANSACTION', '25P01', undefined, []],
    ["SELECT * FROM orders WHERE total = 'much'", 'SQL_BAD_VALUE', '22P02', 36, []],
    ['SELECT * FROM orders WHERE customer = ?', 'SQL_PARAMETERS', '07001', undefined, []],
  ] as const)('%s', async (sql, code, sqlState, position, candidates) => {
    const error = await thrownBy(() => db.query(sql));
    expect({
      code: error.code,
      sqlState: error.sqlState,
      position: error.position,
      message: error.message,
    }).toEqual({
      code,
      sqlState,
      position,
      message: expect.stringMatching(/\S/),
    });
    expect(error.candidates).toEqual(expect.arrayContaining([...candidates]));
    expect(error.remedy).not.toBe('');
    expect(error.message).not.toMatch(/\br0\b/);
  });

  it('is the same for prepare and explain', async () => {
    for (const verb of [
      () => db.prepare('SELECT statsu FROM orders'),
      () => db.explain('SELECT statsu FROM orders'),
    ])
      await expect(verb()).rejects.toMatchObject({
        code: 'SQL_UNKNOWN_COLUMN',
        position: 8,
        candidates: ['status'],
      });
  });
});
