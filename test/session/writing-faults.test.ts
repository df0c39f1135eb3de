import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { type Fault, type FaultingProxy, startFaultingProxy, WRITES } from '../doubles/faulting-proxy.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ROWS = 6;

let database: TestDatabase;
let proxy: FaultingProxy;
let db: Connection;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  database = await startTestDatabase();
  await database.add({
    name: 'work',
    key: ['id:S'],
    items: [{ id: { S: 'seed' }, n: { N: '0' }, v: { N: '0' } }],
  });
  proxy = await startFaultingProxy(database.endpoint, WRITES);
  db = await open();
});
beforeEach(async () => {
  proxy.plan(() => undefined);
  await db.query('DELETE FROM work');
  proxy.plan(() => undefined);
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await database.close();
  process.off('unhandledRejection', onRejection);
});

async function open(properties = ''): Promise<Connection> {
  const string = database.string().replace(database.endpoint, proxy.endpoint);
  return connect(`${string};ThreadCount=2;RetryWaitTime=1;${properties}`);
}

async function items(): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string; n: number }>('SELECT id, n, v FROM work');
  return rows.map(({ id, n }) => `${id} ${n}`).toSorted();
}

async function fill(): Promise<void> {
  await db.query(`REPLACE INTO work (id, n, v) VALUES ${rowsOf('1')}`);
}

/** A concurrent write by another client. */
async function writeConcurrently(): Promise<undefined> {
  await database.client.putItems('work', [{ id: { S: 'k0' }, n: { N: '7' }, v: { N: '0' } }]);
  return undefined;
}

const rowsOf = (n: string): string =>
  Array.from({ length: ROWS }, (_, i) => `('k${i}', ${n}, ${i})`).join(', ');
const all = (n: number): string[] => Array.from({ length: ROWS }, (_, i) => `k${i} ${n}`);
const KEYS = Array.from({ length: ROWS }, (_, i) => `'k${i}'`).join(', ');

const FROM_ROWS = `USING (VALUES ${rowsOf('5')}) AS s(id, n, v) WHERE s.id = work.id`;
const MERGE = `MERGE INTO work USING (VALUES ${rowsOf('5')}) AS s(id, n, v) ON s.id = work.id
  WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT (id, n, v) VALUES (s.id, s.n, s.v)`;

const STATEMENTS = [
  ['INSERT', `INSERT INTO work (id, n, v) VALUES ${rowsOf('5')}`, async () => undefined, all(5)],
  ['REPLACE', `REPLACE INTO work (id, n, v) VALUES ${rowsOf('5')}`, fill, all(5)],
  ['UPSERT', `UPSERT INTO work (id, n) VALUES ${rowsOf('5').replaceAll(/, \d+\)/g, ')')}`, fill, all(5)],
  ['an UPDATE by key', `UPDATE work SET n = 5 WHERE id IN (${KEYS})`, fill, all(5)],
  ['a computed UPDATE', 'UPDATE work SET n = n * 5 WHERE n = 1', fill, all(5)],
  ['a DELETE by key', `DELETE FROM work WHERE id IN (${KEYS})`, fill, []],
  ['a DELETE', 'DELETE FROM work WHERE v >= 0', fill, []],
  ['UPDATE FROM', `UPDATE work SET n = s.n ${FROM_ROWS}`.replace('USING', 'FROM'), fill, all(5)],
  ['DELETE USING', `DELETE FROM work ${FROM_ROWS}`, fill, []],
  ['MERGE of existing items', MERGE, fill, all(5)],
  ['MERGE of new items', MERGE, async () => undefined, all(5)],
  [
    'a CTE that writes',
    'WITH u AS (UPDATE work SET n = n * 5 WHERE n = 1 RETURNING n) SELECT * FROM u',
    fill,
    all(5),
  ],
] as const;

/** The request fails, or succeeds without a response. */
const PASSING: readonly Fault[] = [
  { error: 'ProvisionedThroughputExceededException' },
  { error: 'InternalServerError', status: 500 },
  { error: 'InternalServerError', status: 500, done: true },
  'cut',
  'reset',
  'hang up',
];

describe.each(STATEMENTS)('%s', (_, sql, prepare, after) => {
  it.each(PASSING)('is executed and counted once if a request fails with %j', async (fault) => {
    for (let k = 0; k < ROWS; k += 2) {
      proxy.plan(() => undefined);
      await db.query('DELETE FROM work');
      await prepare();
      proxy.plan(({ at }) => (at === k ? fault : undefined));
      const { rowCount, stats } = await db.query(sql);
      expect([rowCount, stats.itemsWritten, stats.conflicts]).toEqual([ROWS, ROWS, 0]);
      expect(await items()).toEqual(after);
    }
  });

  it('reports how many items it had written when it is cancelled', async () => {
    for (let k = 0; k < ROWS; k += 1) {
      proxy.plan(() => undefined);
      await db.query('DELETE FROM work');
      await prepare();
      const before = await items();
      const stop = new AbortController();
      proxy.plan(({ at }) => {
        if (at === k) stop.abort();
        return undefined;
      });
      const error = await thrownBy(() => db.query(sql, [], { signal: stop.signal }));
      expect(error.code).toBe('EXEC_CANCELLED');
      const [, reported = '0'] = /(\d+) items? (?:was|were)/.exec(error.message) ?? [];
      const changed = (await items()).filter((each) => !before.includes(each)).length;
      const gone = before.length - (await items()).length;
      // Requests in flight may have succeeded without being counted.
      expect(Math.max(changed, gone) - Number(reported)).toBeLessThanOrEqual(2);
      expect(Math.max(changed, gone)).toBeGreaterThanOrEqual(Number(reported));
    }
  });
});

describe('a write that cannot be repeated', () => {
  it.each<Fault>([{ error: 'InternalServerError', status: 500, done: true }, 'cut', 'reset', 'hang up'])(
    'is not repeated if %j hides its outcome',
    async (fault) => {
      await fill();
      proxy.plan(({ at }) => (at === 0 ? fault : undefined));
      const error = await thrownBy(() => db.query("UPDATE work SET n = n + 1 WHERE id = 'k0'"));
      expect(error).toMatchObject({ code: 'EXEC_UNKNOWN_OUTCOME', sqlState: '40003' });
      const [first = ''] = await items();
      expect(['k0 1', 'k0 2']).toContain(first);
      expect(proxy.reads()).toBe(1);
    },
  );

  it('is repeated after throttling, which wrote nothing', async () => {
    await fill();
    proxy.plan(({ at }) => (at < 2 ? { error: 'ThrottlingException' } : undefined));
    const { rowCount, stats } = await db.query("UPDATE work SET n = n + 1 WHERE id = 'k0'");
    expect([rowCount, stats.throttles]).toEqual([1, 2]);
    expect((await items())[0]).toBe('k0 2');
  });
});

describe('ten writers on one item', () => {
  it.each([
    ['computed by DynamoDB', "UPDATE work SET n = n + 1 WHERE id = 'k0'"],
    ['computed from a read', "UPDATE work SET n = (n * 2 + 2) / 2 WHERE id = 'k0'"],
    [
      'computed from a join',
      "UPDATE work SET n = work.n + s.v FROM (VALUES ('k0', 1)) AS s(id, v) WHERE s.id = work.id",
    ],
    [
      'computed by MERGE',
      "MERGE INTO work USING (VALUES ('k0', 1)) AS s(id, v) ON s.id = work.id WHEN MATCHED THEN UPDATE SET n = work.n + s.v",
    ],
    ['computed in a CTE', "WITH u AS (UPDATE work SET n = (n * 2 + 2) / 2 WHERE id = 'k0') SELECT 1"],
  ])('lose no update, %s', async (_, sql) => {
    await fill();
    const writers = await Promise.all(Array.from({ length: 10 }, () => open()));
    const results = await Promise.all(
      writers.map(async (writer) => {
        let done = 0;
        // A statement gives up after too many conflicts, so every writer retries.
        while (done < 3) {
          const counted = await writer.query(sql).then(
            ({ rowCount }) => rowCount,
            (error: unknown) => {
              expect(error).toMatchObject({ code: 'EXEC_CONFLICT' });
              return 0;
            },
          );
          done += counted;
        }
        return done;
      }),
    );
    expect(results.reduce((sum, each) => sum + each, 0)).toBe(30);
    expect((await items())[0]).toBe('k0 31');
    await Promise.all(writers.map((writer) => writer.close()));
  });

  it.each([
    "UPDATE work SET n = n * 2 WHERE id = 'k0'",
    "UPDATE work SET n = work.n * s.v FROM (VALUES ('k0', 2)) AS s(id, v) WHERE s.id = work.id",
    "MERGE INTO work USING (VALUES ('k0', 2)) AS s(id, v) ON s.id = work.id WHEN MATCHED THEN UPDATE SET n = work.n * s.v",
  ])('follow OnConflict in %s', async (sql) => {
    await fill();
    proxy.plan(({ at }) => (at === 0 ? writeConcurrently() : undefined));
    const skipped = await db.query(sql, [], { onConflict: 'Skip' });
    expect([skipped.rowCount, skipped.stats.conflicts]).toEqual([0, 1]);
    proxy.plan(() => undefined);
    await fill();
    proxy.plan(({ at }) => (at === 0 ? writeConcurrently() : undefined));
    expect(await thrownBy(() => db.query(sql, [], { onConflict: 'Error' }))).toMatchObject({
      code: 'EXEC_CONFLICT',
      sqlState: '40001',
    });
    proxy.plan(() => undefined);
    await fill();
    proxy.plan(({ at }) => (at === 0 ? writeConcurrently() : undefined));
    const again = await db.query(sql);
    expect([again.rowCount, again.stats.conflicts, (await items())[0]]).toEqual([1, 1, 'k0 14']);
  });
});

/** MERGE of one item, with further clauses. */
const merge = (rest: string): string =>
  `MERGE INTO work USING (VALUES ('k0', 2)) AS s(id, v) ON s.id = work.id WHEN MATCHED THEN UPDATE SET n = work.n * s.v ${rest}`;
const deleteConcurrently = async (): Promise<undefined> => {
  await (await database.open()).query("DELETE FROM work WHERE id = 'k0'");
  return undefined;
};

describe('MERGE of an item that is deleted meanwhile', () => {
  it('leaves it alone, or fails with 40001 if another clause is for it now', async () => {
    await fill();
    proxy.plan(({ at }) => (at === 0 ? deleteConcurrently() : undefined));
    expect((await db.query(merge(''))).rowCount).toBe(0);
    proxy.plan(() => undefined);
    await fill();
    proxy.plan(({ at }) => (at === 0 ? deleteConcurrently() : undefined));
    const sql = merge('WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, 0)');
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ sqlState: '40001' });
  });

  it('fails with 23505 if an item that it inserts exists meanwhile', async () => {
    proxy.plan(({ at }) => (at === 0 ? writeConcurrently() : undefined));
    const sql = merge('WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, 0)');
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ sqlState: '23505' });
    expect(await items()).toEqual(['k0 7']);
  });
});

describe('batches', () => {
  it.each(PASSING)('write every row once if requests fail with %j', async (fault) => {
    await using batches = await open('UseBatchWriteItemOperation=true');
    const values = Array.from({ length: 130 }, (_, i) => `('b${i}', 1, ${i})`).join(', ');
    proxy.plan(({ at }) => (at % 3 === 1 ? fault : undefined));
    const { rowCount } = await batches.query(`INSERT INTO work (id, n, v) VALUES ${values}`);
    expect(rowCount).toBe(130);
    expect((await items()).length).toBe(130);
  });
});

it('leaves no unhandled rejection', () => {
  expect(rejections).toEqual([]);
});
