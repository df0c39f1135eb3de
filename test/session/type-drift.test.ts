import { typeOid } from '../../src/sql/types/types.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** A sampled value, a later value, and the resulting rows and type. */
const DRIFTS: readonly (readonly [
  name: string,
  before: AttributeValue,
  after: AttributeValue,
  values: readonly [unknown, unknown],
  type: string,
])[] = [
  [
    'an integer beyond 64 bits',
    { N: '1' },
    { N: '12345678901234567890' },
    [1, 12345678901234567890n],
    'numeric',
  ],
  ['a fraction', { N: '1' }, { N: '0.25' }, [1, 0.25], 'numeric'],
  ['a finer fraction', { N: '1.5' }, { N: '0.123456789' }, [1.5, 0.123456789], 'numeric'],
  [
    'a number of more digits than a type of DuckDB has',
    { N: '1' },
    { N: `1234567890123456789${'0'.repeat(60)}` },
    [1, BigInt(`1234567890123456789${'0'.repeat(60)}`)],
    'numeric',
  ],
  ['a string among numbers', { N: '1' }, { S: 'one' }, [1, 'one'], 'json'],
  ['a number among strings', { S: 'one' }, { N: '1' }, ['one', 1], 'json'],
  ['a document among strings', { S: 'one' }, { M: { a: { N: '1' } } }, ['one', { a: 1 }], 'json'],
  ['a boolean among numbers', { N: '1' }, { BOOL: true }, [1, true], 'json'],
  ['a string after only NULLs', { NULL: true }, { S: 'x' }, [null, 'x'], 'text'],
  ['a number after only NULLs', { NULL: true }, { N: '7' }, [null, 7], 'bigint'],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.close());

/** Formats rows with the digits of numbers. */
const digits = (rows: unknown): string =>
  JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'bigint' || typeof value === 'number' ? String(value) : value,
  );

describe('a value of a type that the sample did not contain', () => {
  let tables = 0;
  it.each(DRIFTS)(
    '%s widens the column, and every row is right on both paths',
    async (_, before, after, values, type) => {
      const name = `drift_${tables++}`;
      await database.add({ name, key: ['id:S'], items: [{ id: { S: 'a' }, v: before }] });
      const db = await database.open('RowScanDepth=1');
      await db.prepare(`SELECT v FROM ${name}`);
      await database.client.putItems(name, [{ id: { S: 'b' }, v: after }]);
      const expected = [
        { id: 'a', v: values[0] },
        { id: 'b', v: values[1] },
      ];
      const byKey = await db.query(`SELECT id, v FROM ${name} WHERE id = 'b'`);
      // The direct path returns a number of any length.
      expect(digits(byKey.rows)).toEqual(digits([{ id: 'b', v: values[1] }]));
      const { rows, columns } = await db.query(`SELECT id, v FROM ${name} ORDER BY id`);
      expect(rows).toEqual(expected);
      expect(columns[1]).toEqual({ name: 'v', type, oid: typeOid(type) });
      expect((await db.query(`SELECT id, v FROM ${name} WHERE id IN ('a', 'b')`)).rows).toEqual(
        expect.arrayContaining(expected),
      );
      expect((await db.metadata.columns(name)).find((column) => column.name === 'v')?.type).toBe(type);
    },
  );

  it('can widen several columns in one statement', async () => {
    await database.add({
      name: 'drift_many',
      key: ['id:S'],
      items: [{ id: { S: 'a' }, v: { N: '1' }, w: { S: 'x' } }],
    });
    const db = await database.open();
    await db.prepare('SELECT * FROM drift_many');
    await database.client.putItems('drift_many', [
      { id: { S: 'b' }, v: { N: '1.5' }, w: { N: '2' } },
      { id: { S: 'c' }, v: { S: 'text' }, w: { NULL: true } },
    ]);
    expect((await db.query('SELECT id, v, w FROM drift_many ORDER BY id DESC')).rows).toEqual([
      { id: 'c', v: 'text', w: null },
      { id: 'b', v: 1.5, w: 2 },
      { id: 'a', v: 1, w: 'x' },
    ]);
  });

  it('can be read from "$item" if the attribute is not a column yet', async () => {
    await database.add({ name: 'drift_new', key: ['id:S'], items: [{ id: { S: 'a' } }] });
    const db = await database.open();
    await db.prepare('SELECT * FROM drift_new');
    await database.client.putItems('drift_new', [{ id: { S: 'b' }, later: { S: 'here' } }]);
    const { rows } = await db.query(`SELECT id, "$item" ->> 'later' AS later FROM drift_new ORDER BY id`);
    expect(rows).toEqual([
      { id: 'a', later: null },
      { id: 'b', later: 'here' },
    ]);
  });
});
