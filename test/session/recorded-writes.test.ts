import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../src/core/errors.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';
import {
  FINAL_READS,
  readRecordedWrites,
  readScenarios,
  type Recorded,
  toRecorded,
} from '../sql/write/recorded.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const local = await startDynamoDbLocal();
const suite = 'skipped' in local ? describe.skip : describe;
const skipped = 'skipped' in local ? ` (${local.skipped})` : '';

const toItem = (values: Readonly<Record<string, string | number | null>>): AttributeMap =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'number' ? { N: String(value) } : { S: value }]],
    ),
  );

/** The items of `tables.sql`. */
const ITEMS = {
  items: [
    { id: 'a', n: 1, s: 'one' },
    { id: 'b', n: 2, s: 'two' },
    { id: 'c', n: 3, s: null },
    { id: 'd', n: null, s: 'four' },
    { id: 'e', n: 5, s: 'five' },
  ].map(toItem),
  parts: [
    { pk: 'a', sk: 1, v: 10, s: 'u1' },
    { pk: 'a', sk: 2, v: 20, s: 'u2' },
    { pk: 'b', sk: 1, v: 30, s: 'u3' },
    { pk: 'c', sk: 1, v: null, s: 'u4' },
    { pk: 'z', sk: 1, v: 50, s: 'u5' },
    { pk: 'z', sk: 2, v: 60, s: null },
  ].map(toItem),
  kept: [{ id: 'w', n: 0, s: 'w', x: 0 }].map(toItem),
} as const;

suite(`Statements that write, as PostgreSQL runs them${skipped}`, () => {
  let database: TestDatabase;
  let db: Connection;

  beforeAll(async () => {
    if ('skipped' in local) return;
    database = await startTestDatabase(local);
    await database.add({ name: 'items', key: ['id:S'], items: ITEMS.items });
    await database.add({
      name: 'parts',
      key: ['pk:S', 'sk:N'],
      indexes: [{ name: 'by_v', key: ['v:N'] }],
      items: ITEMS.parts,
    });
    await database.add({ name: 'kept', key: ['id:S'], items: ITEMS.kept });
    db = await database.open();
  }, 60_000);
  afterAll(() => database?.close());

  const restore = async (): Promise<void> => {
    await db.query('ROLLBACK');
    for (const [table, items] of Object.entries(ITEMS)) {
      await db.query(`DELETE FROM ${table}`);
      await database.client.putItems(table, items);
    }
    // The samples of the last scenario.
    await db.query('DISCARD ALL');
  };

  const run = async (sql: string): Promise<Recorded> => {
    try {
      const rows: (string | null)[][] = [];
      const stream = await db.stream(sql);
      for await (const batch of stream.textBatches()) rows.push(...batch.map((row) => [...row]));
      return toRecorded(sql, { columns: [], types: [], rows });
    } catch (error) {
      if (error instanceof DriverError) return error.sqlState;
      throw error;
    }
  };

  describe.each(['statements', 'random'] as const)('%s', (fixture) => {
    const recorded = readRecordedWrites(fixture);
    const scenarios = readScenarios(fixture).map(({ family, statements }, i) => ({
      name: `${i + 1} ${family} ${statements.length === 1 ? statements[0] : ''}`,
      statements: [...statements, ...FINAL_READS],
      expected: recorded[i] ?? [],
    }));

    it.each(scenarios)('$name', async ({ statements, expected }) => {
      await restore();
      const found: (readonly [string, Recorded])[] = [];
      for (const sql of statements) found.push([sql, await run(sql)]);
      expect(found).toEqual(statements.map((sql, i) => [sql, expected[i]]));
    });
  });
});
