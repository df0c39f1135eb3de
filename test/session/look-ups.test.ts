import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, ParameterValue, QueryOptions } from '../../src/session/connection.ts';
import { toItem } from '../../src/sandbox/attributes.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let other: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['customer:S', 'placed:N'],
    items: ['ana', 'bob'].flatMap((customer) =>
      [1, 2, 3].map((placed) => toItem({ customer, placed, total: placed * 10 })),
    ),
  });
  db = await database.open();
  other = await database.open();
});
afterAll(() => database.close());

type Call = readonly [ParameterValue, ParameterValue];

/** Values that can be keys, and values that cannot. */
const CALLS: readonly Call[] = [
  ['ana', 1],
  ['bob', 3],
  ['ana', 2n],
  ['eve', 1],
  ['', 1],
  ['x'.repeat(2049), 1],
  ['ana', 1.5],
  ['ana', 12345678901234567890n],
  ['ana', '2'],
  ['ana', null],
  [null, 1],
];

const STATEMENTS: readonly {
  readonly sql: string;
  readonly of: (call: Call) => readonly ParameterValue[];
}[] = [
  { sql: 'SELECT * FROM orders WHERE customer = $1 AND placed = $2', of: (call) => call },
  {
    sql: 'SELECT total FROM orders WHERE $2 = placed AND customer = $1',
    of: ([customer, placed]) => [customer, placed],
  },
  {
    sql: 'SELECT * FROM orders WHERE customer = $1 AND placed = $2 AND customer = $3',
    of: (call) => [...call, 'ana'],
  },
  {
    sql: 'SELECT * FROM orders WHERE customer = $1 AND placed = $2 AND total = $3',
    of: (call) => [...call, 10],
  },
  { sql: 'SELECT * FROM orders WHERE customer = $1 AND placed = $2 LIMIT $3', of: (call) => [...call, 1] },
  { sql: 'SELECT * FROM orders WHERE customer = $1 AND placed = $2 LIMIT $3', of: (call) => [...call, 0] },
];

describe('a prepared look-up', () => {
  it.each(STATEMENTS)('returns for each key what a new statement returns: $sql', async ({ sql, of }) => {
    const prepared = await db.prepare(sql);
    let texts = 0;
    const options = fc.constantFrom<QueryOptions>({}, { consistent: true });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...CALLS], { minLength: 2 }),
        fc.array(options, { minLength: CALLS.length, maxLength: CALLS.length }),
        async (calls, asked) => {
          for (const [at, call] of calls.entries()) {
            const found = await prepared.query(of(call), asked[at]);
            // Another text is planned again.
            texts += 1;
            const anew = await other.query(`${sql} /* ${texts} */`, of(call), asked[at]);
            expect(found.rows).toEqual(anew.rows);
            expect(found.stats).toMatchObject({
              requests: anew.stats.requests,
              readCapacity: anew.stats.readCapacity,
              plan: anew.stats.plan,
            });
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('sends no request for a key that no item can have', async () => {
    const prepared = await db.prepare('SELECT * FROM orders WHERE customer = $1 AND placed = $2');
    expect((await prepared.query(['ana', 1])).rows).toHaveLength(1);
    const { rows, stats } = await prepared.query(['', 1]);
    expect(rows).toEqual([]);
    expect(stats.requests).toBe(0);
    expect((await prepared.query(['bob', 2])).rows).toEqual([{ customer: 'bob', placed: 2, total: 20 }]);
  });
});
