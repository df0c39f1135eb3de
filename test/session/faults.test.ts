import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, DriverError } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { type Fault, type FaultingProxy, startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ITEMS = 60;
const KEYS = Array.from({ length: 20 }, (_, i) => `'k${i * 3}'`).join(', ');
const PATHS = [
  ['direct', 'SELECT id, v FROM faulty'],
  ['engine', 'SELECT id, v FROM faulty ORDER BY v'],
  ['keys', `SELECT id, v FROM faulty WHERE id IN (${KEYS})`],
  ['a query', `SELECT id, v FROM faulty WHERE kind = 'b' AND v >= 0`],
  ['a join', `SELECT a.id, b.v FROM faulty a JOIN faulty b ON b.id = a.id WHERE a.id IN ('k1', 'k2', 'k3')`],
] as const;

let database: TestDatabase;
let proxy: FaultingProxy;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  database = await startTestDatabase();
  await database.add({
    name: 'faulty',
    key: ['id:S'],
    indexes: [{ name: 'by_kind', key: ['kind:S', 'v:N'] }],
    items: Array.from({ length: ITEMS }, (_, v) => ({
      id: { S: `k${v}` },
      kind: { S: v % 2 === 0 ? 'a' : 'b' },
      v: { N: String(v) },
      w: { N: String(v) },
      // Large enough that keys are cheaper than a Scan.
      pad: { S: 'x'.repeat(4000) },
    })),
  });
  proxy = await startFaultingProxy(database.endpoint);
});
beforeEach(() => proxy.plan(() => undefined));
afterAll(async () => {
  await proxy.close();
  await database.close();
  process.off('unhandledRejection', onRejection);
});

const open = (properties = ''): Promise<Connection> =>
  connect(
    `${database.string().replace(database.endpoint, proxy.endpoint)};Pagesize=12;ThreadCount=2;RetryWaitTime=1;${properties}`,
  );
const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

const PASSING: readonly Fault[] = [
  { error: 'ProvisionedThroughputExceededException' },
  { error: 'ThrottlingException' },
  { error: 'RequestLimitExceeded' },
  { error: 'InternalServerError', status: 500 },
  { error: 'ServiceUnavailable', status: 503 },
  'cut',
  'reset',
  'hang up',
  'wrong crc',
  'drip',
];

describe.each(PATHS)('the rows of %s', (_, sql) => {
  let right: string[];
  let requests: number;
  let db: Connection;
  beforeAll(async () => {
    proxy.plan(() => undefined);
    db = await open();
    await db.query(sql);
    proxy.plan(() => undefined);
    right = sorted((await db.query(sql)).rows);
    requests = proxy.reads();
  });
  afterAll(() => db.close());

  it.each(PASSING)('are the same if any one of its requests fails with %j', async (fault) => {
    for (let k = 0; k < requests; k++) {
      proxy.plan(({ at }) => (at === k ? fault : undefined));
      expect(sorted((await db.query(sql)).rows)).toEqual(right);
      expect(proxy.reads()).toBe(fault === 'drip' ? requests : requests + 1);
    }
  });

  it('are the same if every third request is throttled', async () => {
    proxy.plan(({ at }) => (at % 3 === 1 ? { error: 'ThrottlingException' } : undefined));
    const { rows, stats } = await db.query(sql);
    expect(sorted(rows)).toEqual(right);
    expect(stats.throttles).toBe(stats.requests - stats.pages);
  });

  it.each([
    ['AccessDeniedException', 'AUTH_DENIED'],
    ['ResourceNotFoundException', 'CATALOG_UNKNOWN_TABLE'],
    ['ExpiredTokenException', 'AUTH_EXPIRED'],
    ['ValidationException', 'DYNAMO_REFUSED'],
  ])('are not returned if a request fails with %s: the error is %s', async (error, code) => {
    for (let k = 0; k < requests; k++) {
      proxy.plan(({ at }) => (at === k ? { error } : undefined));
      expect(await thrownBy(() => db.query(sql))).toMatchObject({ code });
    }
    proxy.plan(() => undefined);
    expect(sorted((await db.query(sql)).rows)).toEqual(right);
  });

  it('end with a statement that is cancelled during any of its requests', async () => {
    for (let k = 0; k < requests; k++) {
      const controller = new AbortController();
      proxy.plan(({ at }) => {
        if (at === k) controller.abort();
        return at >= k ? 'hang' : undefined;
      });
      expect(await thrownBy(() => db.query(sql, [], { signal: controller.signal }))).toMatchObject({
        code: 'EXEC_CANCELLED',
        sqlState: '57014',
      });
    }
    proxy.plan(() => undefined);
    expect(sorted((await db.query(sql)).rows)).toEqual(right);
  });

  it('end with a statement that is cancelled at any row', async () => {
    for (let k = 1; k < right.length; k += 4) {
      const controller = new AbortController();
      let seen = 0;
      const drain = async (): Promise<void> => {
        for await (const row of await db.stream(sql, [], { signal: controller.signal })) {
          expect(row).toBeDefined();
          seen += 1;
          if (seen === k) controller.abort();
        }
      };
      const outcome = await drain().then(
        () => 'all',
        (error: unknown) => (error instanceof DriverError ? error.code : String(error)),
      );
      // Rows of the last page are still returned.
      expect(['all', 'EXEC_CANCELLED']).toContain(outcome);
      expect(seen).toBeGreaterThanOrEqual(k);
    }
    expect(sorted((await db.query(sql)).rows)).toEqual(right);
  });

  it('leave no connection open', async () => {
    await db.close();
    await sleep(20);
    expect(await proxy.openConnections()).toBe(0);
  });
});

describe('keys that DynamoDB does not process', () => {
  it('are requested again until all are returned', async () => {
    await using db = await open();
    const [, , [, sql]] = PATHS;
    await db.query(sql);
    proxy.plan(({ at }) => (at < 6 ? 'unprocessed' : undefined));
    const { rows, stats } = await db.query(sql);
    expect(rows).toHaveLength(20);
    expect(stats.requests).toBe(7);
  });
});

/** The rows of a read during whose third request the table changes. */
const read = async (change: () => Promise<unknown>): Promise<readonly { id: string; w: unknown }[]> => {
  await using db = await open();
  await db.query('SELECT id FROM faulty LIMIT 1');
  proxy.plan(async ({ at }) => {
    if (at === 2) await change();
    return undefined;
  });
  return (await db.query<{ id: string; w: unknown }>('SELECT id, w FROM faulty ORDER BY id')).rows;
};

describe('a table that changes while it is read', () => {
  it('returns every item that existed all the time once', async () => {
    const rows = await read(() =>
      database.client.putItems(
        'faulty',
        Array.from({ length: 20 }, (_, i) => ({ id: { S: `new${i}` }, v: { N: '1' } })),
      ),
    );
    const ids = rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('k'))).toHaveLength(ITEMS);
  });

  it('may get values of another type', async () => {
    const rows = await read(() =>
      database.client.putItems(
        'faulty',
        Array.from({ length: ITEMS }, (_, i) => ({ id: { S: `k${i}` }, w: { S: `text ${i}` } })),
      ),
    );
    expect(rows.filter(({ id }) => id.startsWith('k'))).toHaveLength(ITEMS);
    expect(rows.map(({ w }) => w)).toContain('text 59');
  });
});

describe('after all these failures', () => {
  it('no rejection is unhandled', async () => {
    await sleep(10);
    expect(rejections).toEqual([]);
  });
});
