import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSchemaStore } from '../../../src/catalog/schemas/schema-store.ts';
import { DriverError } from '../../../src/core/errors.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { compareOutcomes } from '../dialect/compare.ts';
import type { Outcome } from '../dialect/recorded.ts';
import { eventItems, eventTypes, type StoredTimes } from './events.ts';
import { readRecordedZone, readZoneStatements, ZONES } from './zones.ts';

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

/** Around the changes of the clocks of the zones. */
const CHANGES = ['2024-03-10', '2024-03-31', '2024-10-27', '2024-11-03', '2023-12-31', '2024-02-29'].map(
  (day) => Date.parse(`${day}T12:00:00Z`),
);
const HOUR = 3_600_000;

const times = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -36, max: 36 }), fc.constantFrom(0, 1, 30, 59))
  .map(([change, hours, minutes]) =>
    new Date(change + hours * HOUR + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' '),
  );
const operators = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const subjects = fc.constantFrom(
  'at',
  'mic',
  'ttl',
  'at::timestamp',
  'ts::timestamptz',
  'd::timestamptz',
  "date_trunc('day', at)",
  "date_trunc('hour', at)",
  "date_trunc('week', mic)",
  "date_trunc('month', ttl)",
  "at + interval '1 day'",
  "at - interval '36 hours'",
  "at at time zone 'Asia/Kolkata'",
);
const conditions = fc.oneof(
  fc.tuple(subjects, operators, times).map(([subject, op, time]) => `${subject} ${op} '${time}'`),
  fc.tuple(subjects, times, times).map(([subject, from, to]) => `${subject} between '${from}' and '${to}'`),
  fc
    .tuple(fc.constantFrom('at', 'mic', 'ttl'), operators, times)
    .map(([subject, op, time]) => `${subject}::date ${op} '${time.slice(0, 10)}'`),
  fc
    .tuple(fc.constantFrom('d', 'ts'), operators, times)
    .map(([subject, op, time]) => `${subject} ${op} timestamptz '${time}'`),
  fc
    .tuple(fc.constantFrom('at', 'mic', 'ttl'), operators, times)
    .map(([subject, op, time]) => `timestamptz '${time}' - ${subject} ${op} interval '1 day'`),
  fc
    .tuple(operators, fc.integer({ min: 2023, max: 2026 }))
    .map(([op, year]) => `extract(year from at) ${op} ${year}`),
);

describe.each(FORMS)('In a time zone, queries of dates stored as $at, $mic and $ttl', (stored) => {
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

  it.each(ZONES)(
    'return in %s what PostgreSQL 15 returns',
    async (zone) => {
      const recorded = readRecordedZone(zone);
      for (const connection of [pushed, plain]) {
        await connection.query(`SET TIME ZONE '${zone}'`);
        for (const sql of readZoneStatements()) {
          const expected = recorded.get(sql);
          if (expected === undefined) throw new Error(`not recorded: ${sql}`);
          const found = await ask(connection, sql);
          const verdict = compareOutcomes(expected, found);
          expect([sql, verdict, verdict === 'equal' ? '' : found]).toEqual([sql, 'equal', '']);
        }
      }
    },
    120_000,
  );

  it('find the same rows with and without pushdown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES, 'UTC'),
        fc.array(conditions, { minLength: 8, maxLength: 8 }),
        async (zone, all) => {
          for (const connection of [pushed, plain]) await connection.query(`SET TIME ZONE '${zone}'`);
          for (const condition of all) {
            const sql = `select id from events where pk = 'all' and ${condition} order by id`;
            expect([zone, sql, await ask(pushed, sql)]).toEqual([zone, sql, await ask(plain, sql)]);
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});
