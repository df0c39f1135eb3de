import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection } from '../../src/session/connection.ts';
import { formatExactNumber, parseExactNumber, trimScale } from '../../src/sql/types/exact-number.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Numbers of up to 38 digits, as DynamoDB stores them. */
const digitsArb = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^[1-9]\d{0,37}$/),
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
  )
  .map(([sign, digits, places]) => `${sign}${digits}E-${places}`);

describe('the numbers of documents', () => {
  let database: TestDatabase;
  let connection: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'measured',
      key: ['id:S'],
      items: [{ id: { S: '1' }, doc: { M: { n: { N: '1.5' } } }, list: { L: [{ N: '1.5' }, { N: '2' }] } }],
    });
    connection = await database.open();
  });
  afterAll(() => database.close());

  it('match themselves, and keep their digits in text, casts, child tables and sums', async () => {
    await fc.assert(
      fc.asyncProperty(
        digitsArb,
        fc.array(digitsArb, { minLength: 1, maxLength: 4 }),
        async (digits, list) => {
          await database.client.putItems('measured', [
            { id: { S: '1' }, doc: { M: { n: { N: digits } } }, list: { L: list.map((N) => ({ N })) } },
          ]);
          const [read] = (await connection.query("SELECT doc->'n' AS n, doc->>'n' AS t FROM measured")).rows;
          expect(read?.['t']).toBe(plain(digits));
          for (const [where, parameter] of [
            ["doc->'n' = $1", read?.['n']],
            ["doc->>'n' = $1", read?.['t']],
            ["(doc->>'n')::numeric = $1", read?.['n']],
            ["(doc::jsonb->'n')::numeric = $1::numeric", read?.['t']],
            ["doc = jsonb_build_object('n', $1::numeric)", read?.['t']],
            ['doc = $1', { n: read?.['n'] ?? null }],
            ["doc->'n' IN (1, $1)", read?.['n']],
          ] as const) {
            const { rows } = await connection.query(`SELECT id FROM measured WHERE ${where}`, [
              parameter ?? null,
            ]);
            expect({ where, rows }).toEqual({ where, rows: [{ id: '1' }] });
          }
          const elements = await connection.query(
            'SELECT value::text AS t FROM "measured.list" ORDER BY _index',
          );
          expect(elements.rows.map(({ t }) => t)).toEqual(list.map(plain));
          const [total] = (await connection.query('SELECT sum(value)::text AS s FROM "measured.list"')).rows;
          const sum = total?.['s'];
          expect(typeof sum === 'string' ? plain(sum) : sum).toBe(plain(addAll(list)));
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

/** A number without an exponent, and without zeros at the end of its fraction. */
function plain(digits: string): string {
  return formatExactNumber(trimScale(parseExactNumber(digits) ?? 'NaN'));
}

/** The sum, computed with integers of one power of ten. */
function addAll(numbers: readonly string[]): string {
  const scaled = numbers.map((each) => {
    const [digits = '0', places = '0'] = each.split('E-');
    return BigInt(digits) * 10n ** (60n - BigInt(places));
  });
  return `${scaled.reduce((sum, each) => sum + each, 0n)}E-60`;
}
