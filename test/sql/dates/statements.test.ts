import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSchemaStore } from '../../../src/catalog/schemas/schema-store.ts';
import { DriverError } from '../../../src/core/errors.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { compareOutcomes } from '../dialect/compare.ts';
import type { Outcome } from '../dialect/recorded.ts';
import {
  eventItems,
  eventTypes,
  readRecordedStatements,
  readStatements,
  type StoredTimes,
} from './events.ts';

const FORMS: readonly StoredTimes[] = [
  {
    at: 'YYYY-MM-DDTHH:mm:ss.sssZ',
    d: 'YYYY-MM-DD',
    ts: 'YYYY-MM-DDTHH:mm:ss',
    mic: 'YYYY-MM-DDTHH:mm:ss.ssssss+02:00',
    ttl: 'epoch seconds',
  },
  {
    at: 'epoch milliseconds',
    d: 'YYYY-MM-DD',
    ts: 'YYYY-MM-DD HH:mm:ss.sss',
    mic: 'YYYY-MM-DD HH:mm:ss.ssssss+00',
    ttl: 'YYYY-MM-DD HH:mm:ss+0530',
  },
];

async function ask(connection: Connection, sql: string): Promise<Outcome> {
  try {
    const stream = await connection.stream(sql);
    const rows: (string | null)[][] = [];
    for await (const batch of stream.textBatches()) rows.push(...batch.map((row) => [...row]));
    return {
      columns: stream.columns.map(({ name }) => name),
      types: stream.columns.map(({ type }) => type),
      rows,
    };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { error: error.sqlState, message: error.message };
  }
}

/** Rows without ORDER BY come in any order. */
function sorted(outcome: Outcome, sql: string): Outcome {
  if ('error' in outcome || /order by/i.test(sql)) return outcome;
  return { ...outcome, rows: outcome.rows.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)) };
}

describe.each(FORMS)('Queries of dates stored as $at, $mic and $ttl', (stored) => {
  let db: TestDatabase;
  let pushed: Connection;
  let plain: Connection;
  beforeAll(async () => {
    db = await startTestDatabase();
    const isText = !stored.at.startsWith('epoch');
    await db.add({
      name: 'events',
      key: ['pk:S', isText ? 'at:S' : 'at:N'],
      indexes: [{ name: 'by_day', key: ['d:S', 'ts:S'] }],
      items: eventItems(stored),
    });
    const schemas = createSchemaStore({ now: () => 0 });
    const columns = eventTypes(stored).map(([name, type]) => ({ name, path: [name] as const, type }));
    await schemas.save({ kind: 'table', name: 'events', table: 'events', columns }, false);
    pushed = db.withRules(PUSHDOWN_RULES, {}, { catalog: { schemas } });
    plain = db.withRules([], {}, { catalog: { schemas } });
  });
  afterAll(() => db.close());
  const recorded = readRecordedStatements();

  it.each(readStatements())('%s', async (sql) => {
    const expected = recorded.get(sql);
    if (expected === undefined) throw new Error(`not recorded: ${sql}`);
    for (const connection of [pushed, plain]) {
      const found = await ask(connection, sql);
      const verdict = compareOutcomes(sorted(expected, sql), sorted(found, sql));
      expect([verdict, verdict === 'equal' ? '' : found]).toEqual(['equal', '']);
    }
  });
});
