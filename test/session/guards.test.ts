import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { createSharedLimits } from '../../src/dynamo/transport/shared-limits.ts';
import { connect } from '../../src/index.ts';
import type { QueryOptions } from '../../src/session/connection.ts';
import { PUSHDOWN_RULES } from '../../src/sql/plan/rules/index.ts';
import { toPage, serveTable, type ServedTable } from '../doubles/served-table.ts';
import { fakeClock } from '../support/clock.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const PATHS = [
  ['direct', 'SELECT pad FROM readings'],
  ['engine', 'SELECT max(pad) FROM readings'],
] as const;
const ITEMS = 200;
const item = (id: number): AttributeMap => ({ id: { N: String(id) }, pad: { S: 'x'.repeat(4000) } });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'readings',
    key: ['id:N'],
    indexes: [{ name: 'by_kind', key: ['kind:S', 'id:N'] }],
    items: Array.from({ length: ITEMS }, (_, id) => ({
      id: { N: String(id) },
      kind: { S: id % 2 === 0 ? 'even' : 'odd' },
      pad: { S: 'x'.repeat(4000) },
    })),
  });
});
afterAll(() => database.close());

describe('MaxConnectionRCU', () => {
  it.each(PATHS)('stops a statement when all statements together exceed it: %s', async (path, sql) => {
    const name = `grown_${path}`;
    await database.add({ name, key: ['id:N'], items: Array.from({ length: 20 }, (_, id) => item(id)) });
    const db = await database.open('MaxConnectionRCU=20');
    const first = await db.query(`SELECT pad FROM ${name} WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)`);
    expect(first.stats.readCapacity).toBe(5);
    // The estimate fits the budget, so the read begins.
    await database.client.putItems(
      name,
      Array.from({ length: 80 }, (_, id) => item(100 + id)),
    );
    const error = await thrownBy(() => db.query(sql.replace('readings', name)));
    expect(error).toMatchObject({
      code: 'EXEC_CAPACITY',
      sqlState: '53400',
      message: expect.stringMatching(
        /^the connection has consumed \d\d(?:\.5)? read capacity units; MaxConnectionRCU is 20$/,
      ),
      remedy: expect.stringContaining('raise MaxConnectionRCU'),
    });
    await expect(db.query(`SELECT pad FROM ${name} WHERE id = 1`)).rejects.toMatchObject({
      code: 'EXEC_CAPACITY',
    });
  });

  it('refuses a statement that is known to cost more than is left, before it reads', async () => {
    const db = await database.open('MaxConnectionRCU=2');
    const ids = Array.from({ length: 50 }, (_, id) => id).join(', ');
    await db.query('SELECT id FROM readings WHERE id = 1');
    const error = await thrownBy(() => db.query(`SELECT id FROM readings WHERE id IN (${ids})`));
    expect(error.message).toBe(
      'BatchGetItem readings(id) of 50 keys would consume about 25 on top of 1.5 read capacity units; MaxConnectionRCU is 2',
    );
  });
});

/** A connection with CapacityPercent=25 of this provisioned capacity, and its clock. */
const connectWithCapacity = (readCapacity: number) => {
  const clock = fakeClock();
  const look = { readCapacity, sizeBytes: ITEMS * 4010 };
  const db = database.withRules(PUSHDOWN_RULES, look, {
    settings: { capacityPercent: 25 },
    limits: createSharedLimits(clock),
  });
  return { clock, db };
};

describe('CapacityPercent', () => {
  it.each(PATHS)('limits reads to a percentage of the provisioned capacity: %s', async (_, sql) => {
    const { clock, db } = connectWithCapacity(20);
    const { stats } = await db.query(sql);
    expect(stats.readCapacity).toBeGreaterThan(90);
    expect(
      Math.abs((stats.readCapacity + stats.sampledCapacity) / (clock.now() / 1000) / 5 - 1),
    ).toBeLessThan(0.1);
    expect(stats.pages).toBeGreaterThan(10);
  });

  it('refers to the capacity of a global index when that is read', async () => {
    const { clock, db } = connectWithCapacity(20);
    await db.query("SELECT pad FROM readings WHERE kind = 'odd'");
    expect(clock.now()).toBe(0);
  });

  it('can be overridden for a single statement', async () => {
    const { clock, db } = connectWithCapacity(20);
    const { stats } = await db.query('SELECT pad FROM readings', [], { capacityPercent: 50 });
    expect(
      Math.abs((stats.readCapacity + stats.sampledCapacity) / (clock.now() / 1000) / 10 - 1),
    ).toBeLessThan(0.1);
  });

  it('warns once if the capacity of a table is on demand', async () => {
    const warnings: string[] = [];
    await using db = await connect(database.string('CapacityPercent=10'), {
      onWarning: (message) => warnings.push(message),
    });
    await db.query('SELECT id FROM readings WHERE id = 1');
    await db.query('SELECT id FROM readings WHERE id = 2');
    expect(warnings).toEqual([expect.stringContaining('CapacityPercent has no effect on readings')]);
  });
});

describe('a statement', () => {
  it('can have tighter or wider limits than its connection', async () => {
    const db = await database.open('MaxRCU=5;FullScan=Deny;MaxRows=3;UseConsistentReads=true');
    const sql = 'SELECT id FROM readings';
    await expect(db.query(sql)).rejects.toMatchObject({ code: 'EXEC_FULL_SCAN' });
    await expect(db.query(sql, [], { fullScan: 'Allow', maxRows: -1 })).rejects.toMatchObject({
      code: 'EXEC_CAPACITY',
    });
    const wide = { fullScan: 'Allow', maxRcu: 1000, maxRows: -1, consistent: false } as const;
    const eventual = await db.query(sql, [], wide);
    const strong = await db.query(sql, [], { ...wide, consistent: true });
    expect(eventual.rowCount).toBe(ITEMS);
    expect(strong.stats.requests).toBeGreaterThan(0);
    expect((await db.query(sql, [], { ...wide, maxRows: 7 })).rowCount).toBe(7);
    const stream = await db.stream(sql, [], { ...wide, maxRows: 2 });
    const rows: unknown[] = [];
    for await (const row of stream) rows.push(row);
    expect(rows).toHaveLength(2);
  });

  it.each<[QueryOptions, string]>([
    [{ maxRcu: 0 }, '"maxRcu": 0 (expected a number greater than 0)'],
    [{ capacityPercent: 101 }, '"capacityPercent": 101 (expected a number greater than 0 and at most 100)'],
    [{ timeoutMs: -1 }, '"timeoutMs": -1'],
    [{ maxRows: Number.NaN }, '"maxRows": NaN (expected a number at least -1)'],
  ])('%j is refused', async (options, message) => {
    const db = await database.open();
    await expect(db.query('SELECT 1', [], options)).rejects.toMatchObject({
      code: 'SQL_BAD_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});

describe('StatementTimeout', () => {
  let served: ServedTable | undefined;
  afterEach(() => served?.close());
  const THINGS = [
    ['direct', 'SELECT id FROM things'],
    ['engine', 'SELECT id FROM things ORDER BY id'],
  ] as const;

  it.each(THINGS)('cancels a statement whose requests together take too long: %s', async (_, sql) => {
    served = await serveTable(async (at) => {
      await sleep(20);
      return toPage([`a${at}`], true);
    });
    await using db = await connect(served.string('StatementTimeout=1'));
    const error = await thrownBy(() => db.query(sql, [], { timeoutMs: 200 }));
    expect(error).toMatchObject({
      code: 'EXEC_TIMEOUT',
      sqlState: '57014',
      message: 'canceling statement due to statement timeout (0.2 s)',
      remedy: expect.stringContaining('StatementTimeout'),
    });
    await expect(db.query(sql)).rejects.toMatchObject({ code: 'EXEC_TIMEOUT', message: /1 s/ });
  });

  it('does not count the time between reads of a stream', async () => {
    served = await serveTable((at) => toPage([`a${at}`], at < 3));
    await using db = await connect(served.string());
    await db.query('SELECT id FROM things LIMIT 1');
    const seen: unknown[] = [];
    for await (const row of await db.stream('SELECT id FROM things', [], { timeoutMs: 500 })) {
      seen.push(row);
      await sleep(300);
    }
    expect(seen).toHaveLength(3);
  });

  it('cancels a computation in DuckDB', async () => {
    await using db = await connect(database.string());
    const error = await thrownBy(() =>
      db.query(
        'SELECT sum(a.id * b.id * c.id * d.id) FROM readings a, readings b, readings c, readings d',
        [],
        {
          timeoutMs: 1500,
        },
      ),
    );
    expect(error).toMatchObject({ code: 'EXEC_TIMEOUT', sqlState: '57014' });
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('the capacity that sampling consumes', () => {
  it('is reported by the statement that first needs the table, and by EXPLAIN ANALYZE', async () => {
    const db = await database.open();
    const sql = 'SELECT id FROM readings WHERE id = 1';
    const first = await db.query(sql);
    expect(first.stats.sampledCapacity).toBeGreaterThan(90);
    expect(first.stats.readCapacity).toBe(0.5);
    expect((await db.query(sql)).stats.sampledCapacity).toBe(0);
    const other = await database.open();
    const { rows } = await other.query<string[]>(`EXPLAIN ANALYZE ${sql}`, [], { rowMode: 'array' });
    const lines = rows.flat();
    expect(lines).toContainEqual(
      expect.stringMatching(/^Sampled: \d+(\.5)? RCU in 1 request, once, to infer the schemas of tables$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^Consumed: 0\.5 RCU in 1 request, 1 page, /));
  });

  it('is shown separately if a statement is refused for both', async () => {
    const db = await connect(database.string('MaxRCU=20'), { onWarning: () => undefined });
    try {
      const ids = Array.from({ length: 50 }, (_, id) => id).join(', ');
      await expect(db.query(`SELECT id FROM readings WHERE id IN (${ids})`)).rejects.toThrow(
        /^BatchGetItem readings\(id\) of 50 keys would consume about [\d.]+ read capacity units, on top of [\d.]+ for samples of tables; MaxRCU is 20$/,
      );
    } finally {
      await db.close();
    }
  });

  it('counts in MaxConnectionRCU', async () => {
    const warnings: string[] = [];
    const db = await connect(database.string('MaxConnectionRCU=20'), {
      onWarning: (text) => warnings.push(text),
    });
    try {
      const { stats } = await db.query('SELECT id FROM readings WHERE id = 1');
      // Half of what is left, and at most one page more.
      expect(stats.sampledCapacity).toBeGreaterThanOrEqual(10);
      expect(stats.sampledCapacity).toBeLessThan(14);
      expect(warnings).toEqual([expect.stringMatching(/^"readings" was sampled with only \d+ items/)]);
      await expect(db.query(`SELECT max(pad) FROM readings`)).rejects.toMatchObject({
        code: 'EXEC_CAPACITY',
        message: expect.stringMatching(/MaxConnectionRCU is 20$/),
      });
    } finally {
      await db.close();
    }
  });

  it('counts in MaxRCU, and leaves half of it to the statement', async () => {
    const db = await database.open('MaxRCU=4');
    const first = await db.query('SELECT id FROM readings WHERE id = 1');
    expect(first.rows).toEqual([{ id: 1 }]);
    expect(first.stats.sampledCapacity + first.stats.readCapacity).toBeLessThanOrEqual(4);
    // The sample is kept for statements with this budget.
    expect((await db.query('SELECT id FROM readings WHERE id = 2')).stats.sampledCapacity).toBe(0);
    const free = await db.query('SELECT /*+ MAX_RCU(1000) */ id FROM readings WHERE id = 2');
    expect(free.stats.sampledCapacity).toBeGreaterThan(90);
  });

  it('limits only the sample of that statement, and one without a limit samples again', async () => {
    const db = await database.open();
    const bounded = await db.query('SELECT /*+ MAX_RCU(4) */ id FROM readings WHERE id = 1');
    expect(bounded.stats.sampledCapacity).toBeLessThanOrEqual(3);
    expect((await db.query('SELECT id FROM readings WHERE id = 1')).stats.sampledCapacity).toBeGreaterThan(
      90,
    );
    expect((await db.query('SELECT id FROM readings WHERE id = 1')).stats.sampledCapacity).toBe(0);
  });
});
