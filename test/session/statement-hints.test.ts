import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { toItem } from '../../src/sandbox/attributes.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'readings',
    key: ['sensor:S', 'at:N'],
    indexes: [{ name: 'by_kind', key: ['kind:S', 'at:N'] }],
    items: Array.from({ length: 40 }, (_, at) =>
      toItem({ sensor: `s${at % 2}`, at, kind: 'k', pad: 'x'.repeat(2000) }),
    ),
  });
  db = await database.open();
});
afterAll(() => database.close());

describe('a hint after SELECT', () => {
  it('makes the reads of one statement consistent', async () => {
    const where = "FROM readings WHERE sensor = 's1'";
    const plain = await db.query(`SELECT at ${where}`);
    const strict = await db.query(`SELECT /*+ CONSISTENT */ at ${where}`);
    expect(strict.rows).toEqual(plain.rows);
    expect(strict.stats.readCapacity).toBe(2 * plain.stats.readCapacity);
    expect((await db.explain(`SELECT /*+ consistent */ at ${where}`)).text).toContain(
      '"ConsistentRead":true',
    );
    const { rows } = await db.query(`EXPLAIN SELECT /*+ CONSISTENT */ at ${where}`);
    expect(JSON.stringify(rows)).toContain('ConsistentRead');
  });

  it('sets the page size and the capacity limits', async () => {
    const paged = await db.query(
      "SELECT /* all of it */ /*+ PAGE_SIZE(5) CAPACITY_PERCENT(50.5) */ pad FROM readings WHERE sensor = 's0'",
    );
    expect(paged.rowCount).toBe(20);
    expect(paged.stats.requests).toBeGreaterThanOrEqual(4);
    expect(
      await thrownBy(() => db.query('SELECT /*+ MAX_RCU(1) PAGE_SIZE(1) */ pad FROM readings')),
    ).toMatchObject({ code: 'EXEC_CAPACITY' });
  });

  it('is overridden by the options of the call', async () => {
    const { stats } = await db.query('SELECT /*+ PAGE_SIZE(1) */ pad FROM readings', [], { pageSize: 100 });
    expect(stats.requests).toBe(1);
  });

  it('applies to the whole statement from any SELECT, next to the hints of tables', async () => {
    const { stats, rows } = await db.query(
      `WITH k AS (SELECT /*+ PAGE_SIZE(10) */ at FROM readings /*+ NO_INDEX */ WHERE sensor = 's1') SELECT count(*) AS n FROM k`,
    );
    expect(rows).toEqual([{ n: 20 }]);
    expect(stats.requests).toBeGreaterThanOrEqual(2);
  });

  it.each([
    '/*+ */',
    '/*+ CONSISTENT CONSISTENT */',
    '/*+ PAGE_SIZE */',
    '/*+ PAGE_SIZE() */',
    '/*+ PAGE_SIZE(ten) */',
    '/*+ PAGE_SIZE(10 */',
    '/*+ MAX_RCU(1) MAX_RCU(2) */',
    '/*+ PARALLEL(8) */',
    '/*+ constructor */',
  ])('that is not valid is rejected with its position: %s', async (hint) => {
    expect(await thrownBy(() => db.query(`SELECT ${hint} pad FROM readings`))).toMatchObject({
      code: 'SQL_SYNTAX',
      sqlState: '42601',
      position: 8,
    });
  });

  it.each([
    ['SELECT /*+ CONSISTENT */ /*+ PAGE_SIZE(1) */ pad FROM readings', 26],
    ['SELECT pad /*+ CONSISTENT */ FROM readings', 12],
  ])('is allowed once, directly after SELECT: %s', async (sql, position) => {
    expect(await thrownBy(() => db.query(sql))).toMatchObject({ code: 'SQL_SYNTAX', position });
  });

  it.each(['PAGE_SIZE(0)', 'CAPACITY_PERCENT(101)', 'MAX_RCU(0)'])(
    'has the range of the option: %s',
    async (hint) => {
      expect(await thrownBy(() => db.query(`SELECT /*+ ${hint} */ pad FROM readings`))).toMatchObject({
        code: 'SQL_BAD_ARGUMENT',
      });
    },
  );
});
