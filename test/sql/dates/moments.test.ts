import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSchemaStore } from '../../../src/catalog/schemas/schema-store.ts';
import { requireStoredTime } from '../../../src/catalog/stored-time.ts';
import type { SqlType, TimeType } from '../../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { type Moment, MOMENTS, readRecordedMoments } from './moments.ts';

const INSTANT_FORMS = ['YYYY-MM-DDTHH:mm:ss', 'YYYY-MM-DD HH:mm:ss'];
const OFFSETS = ['Z', '+00:00', '+02:00', '-0530', '+01'];

/** The forms that hold a column's values, with so many digits of a second's fraction. */
function forms(digits: readonly number[], offsets: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...INSTANT_FORMS), fc.constantFrom(...digits), fc.constantFrom(...offsets))
    .map(([clock, count, offset]) => `${clock}${count === 0 ? '' : `.${'s'.repeat(count)}`}${offset}`);
}

const STORED = fc.record({
  at: forms([3, 6], OFFSETS),
  sec: fc.oneof(forms([0, 3], OFFSETS), fc.constantFrom('epoch seconds', 'epoch milliseconds')),
  mic: forms([6], OFFSETS),
  ts: forms([0, 3, 6], ['']),
  day: fc.constant('YYYY-MM-DD'),
});
type Stored = Readonly<Record<'at' | 'sec' | 'mic' | 'ts' | 'day', string>>;

const TYPES: Readonly<Record<keyof Stored, TimeType['kind']>> = {
  at: 'timestamptz',
  sec: 'timestamptz',
  mic: 'timestamptz',
  ts: 'timestamp',
  day: 'date',
};

function toItem(moment: Moment, stored: Stored): AttributeMap {
  const item: Record<string, AttributeValue> = { pk: { S: 'all' }, id: { N: String(moment.id) } };
  for (const name of ['at', 'sec', 'mic', 'ts', 'day'] as const) {
    const micros = moment[name];
    const { write, attribute, pattern } = requireStoredTime(stored[name]);
    const text = micros === undefined ? undefined : write(micros);
    if (micros !== undefined && text === undefined) throw new TypeError(`${pattern} does not hold ${micros}`);
    if (text !== undefined) item[name] = attribute === 'N' ? { N: text } : { S: text };
  }
  return item;
}

describe('Conditions on dates', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.close());
  const recorded = readRecordedMoments();

  const open = async (stored: Stored, table: string): Promise<readonly [on: Connection, off: Connection]> => {
    await db.add({
      name: table,
      key: ['pk:S', 'at:S'],
      items: MOMENTS.map((moment) => toItem(moment, stored)),
    });
    const schemas = createSchemaStore({ now: () => 0 });
    const types: [string, SqlType][] = Object.entries(TYPES).map(([name, kind]) => [
      name,
      { kind, stored: stored[name as keyof Stored] },
    ]);
    await schemas.save(
      {
        kind: 'table',
        name: table,
        table,
        columns: [['pk', { kind: 'text' }], ['id', { kind: 'bigint' }], ...types].map(([name, type]) => ({
          name: name as string,
          path: [name as string],
          type: type as SqlType,
        })),
      },
      false,
    );
    // Epochs are never detected.
    const catalog = stored.sec.startsWith('epoch') ? { schemas } : { detectDates: true };
    return [db.withRules(PUSHDOWN_RULES, {}, { catalog }), db.withRules([], {}, { catalog })];
  };

  it('find the rows that PostgreSQL 15 finds, with and without pushdown, whatever the stored form', async () => {
    let tables = 0;
    await fc.assert(
      fc.asyncProperty(
        STORED,
        fc.shuffledSubarray([...recorded], { minLength: 120, maxLength: 120 }),
        async (stored, cases) => {
          const table = `moments${tables++}`;
          const [pushed, plain] = await open(stored, table);
          for (const [predicate, ids] of cases) {
            const ask = async (connection: Connection, where: string): Promise<readonly unknown[]> => {
              const { rows } = await connection.query<{ id: number }>(
                `select id from ${table} where ${where}`,
              );
              return rows.map(({ id }) => id).toSorted((a, b) => a - b);
            };
            expect([predicate, stored, await ask(pushed, predicate)]).toEqual([predicate, stored, ids]);
            const keyed = await ask(pushed, `pk = 'all' and (${predicate})`);
            expect([predicate, stored, keyed]).toEqual([predicate, stored, ids]);
            const [first = 1] = ids;
            const unpushed = first % 4 === 0 ? await ask(plain, predicate) : ids;
            expect([predicate, unpushed]).toEqual([predicate, ids]);
          }
        },
      ),
      { numRuns: 5 },
    );
  }, 240_000);
});
