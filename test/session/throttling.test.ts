import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { openEngine } from '../../src/sql/engine/engine.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { type FaultingProxy, startFaultingProxy } from '../doubles/faulting-proxy.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ITEMS = 400;

let database: TestDatabase;
let proxied: TestDatabase;
let proxy: FaultingProxy;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'readings',
    key: ['id:N'],
    items: Array.from({ length: ITEMS }, (_, id) => ({ id: { N: String(id) }, v: { N: String(id % 7) } })),
  });
  proxy = await startFaultingProxy(database.endpoint);
  proxied = await startTestDatabase(proxy);
});
afterAll(async () => {
  await proxied.close();
  await database.close();
});

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

/** Described as 64 MB, so that it is read in segments. */
const LARGE = { sizeBytes: 64 * 1024 * 1024 };

describe('a scan in segments', () => {
  it.each([
    ['direct', 'SELECT id FROM readings', ITEMS],
    ['filtered', 'SELECT id FROM readings WHERE v = 3', 57],
    ['engine', 'SELECT id FROM readings ORDER BY v, id', ITEMS],
  ])(
    'returns the same rows if a tenth of the requests are throttled, with a tenth more requests: %s',
    async (_, sql, count) => {
      const db = proxied.withRules(PUSHDOWN_RULES, LARGE, { settings: { pageSize: 10 } });
      await db.query(sql);
      proxy.plan(() => undefined);
      const calm = await db.query(sql);
      expect(calm.rows).toHaveLength(count);
      proxy.plan(({ at }) =>
        at % 10 === 9 ? { error: 'ProvisionedThroughputExceededException' } : undefined,
      );
      const throttled = await db.query(sql);
      expect(sorted(throttled.rows)).toEqual(sorted(calm.rows));
      expect(throttled.stats.throttles).toBeGreaterThan(3);
      expect(throttled.stats.requests).toBeLessThan(calm.stats.requests * 1.15);
    },
  );

  it('names the segment that is throttled repeatedly', async () => {
    const db = proxied.withRules(PUSHDOWN_RULES, LARGE, { settings: { pageSize: 10 } });
    await db.query('SELECT id FROM readings LIMIT 1');
    proxy.plan(({ input }) => (input['Segment'] === 3 ? { error: 'ThrottlingException' } : undefined));
    expect(await thrownBy(() => db.query('SELECT id FROM readings'))).toMatchObject({
      code: 'DYNAMO_THROTTLED',
      message: expect.stringMatching(/; throttled repeatedly on segment 3 of 8$/),
    });
  });

  it('names the key that is throttled repeatedly', async () => {
    await using db = await connect(proxied.string('RetryWaitTime=1'));
    await db.query('SELECT id FROM readings LIMIT 1');
    proxy.plan(() => ({ error: 'ThrottlingException' }));
    expect(await thrownBy(() => db.query('SELECT v FROM readings WHERE id = 7'))).toMatchObject({
      code: 'DYNAMO_THROTTLED',
      message: expect.stringContaining('; throttled repeatedly on key {"id":{"N":"7"}}'),
    });
  });
});

describe('the engine', () => {
  it('keeps no tables of statements that failed or were cancelled', async () => {
    const engine = await openEngine({});
    const db = database.withRules(
      PUSHDOWN_RULES,
      {},
      {
        settings: { pageSize: 50 },
        engine: () => Promise.resolve(engine),
      },
    );
    const sql = 'SELECT id FROM readings ORDER BY v';
    const controller = new AbortController();
    const cancelled = db.query(sql, [], { signal: controller.signal });
    setImmediate(() => controller.abort());
    await thrownBy(() => cancelled);
    await thrownBy(() => db.query("SELECT CAST(concat(v, 'x') AS integer) FROM readings ORDER BY id"));
    for await (const row of await db.stream(sql)) {
      expect(row).toHaveProperty('id');
      break;
    }
    const connection = await engine.connect();
    const left = await connection.runAndReadAll(
      'SELECT count(*)::integer FROM duckdb_tables() WHERE NOT internal',
    );
    expect(left.getRows()).toEqual([[0]]);
    connection.closeSync();
    engine.close();
  });
});
