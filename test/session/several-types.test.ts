import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, ParameterValue } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let scanning: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'Mixed',
    key: ['id:S'],
    items: [
      {
        id: { S: 'a' },
        value: { S: 's1' },
        list: { L: [{ N: '1.5' }, { S: 'x' }] },
        doc: { M: { a: { N: '1.5' } } },
      },
      {
        id: { S: 'b' },
        value: { N: '5' },
        list: { L: [{ N: '2' }, { S: '2' }] },
        doc: { M: { a: { N: '2' } } },
      },
      { id: { S: 'c' }, value: { BOOL: true }, list: { L: [{ N: '12345678901234567890123' }] } },
      { id: { S: 'd' }, value: { S: '5' } },
      { id: { S: 'e' }, value: { L: [{ S: 's1' }] } },
      { id: { S: 'f' }, value: { S: 'f' } },
      { id: { S: 'g' } },
    ],
  });
  db = await database.open();
  scanning = database.withRules([]);
});
afterAll(() => database.close());

/** The ids that match a condition, on the direct path and through the engine. */
async function findIds(condition: string, parameters: readonly ParameterValue[] = []): Promise<string> {
  const sql = `SELECT id FROM "Mixed" WHERE ${condition} ORDER BY id`;
  const ids = async (connection: Connection): Promise<string> =>
    (await connection.query<[string]>(sql, parameters, { rowMode: 'array' })).rows.flat().join('');
  const pushed = await ids(db);
  expect(pushed).toBe(await ids(scanning));
  return pushed;
}

describe('a column of several types', () => {
  it.each([
    ["value = 's1'", 'a'],
    ["'s1' = value", 'a'],
    ["value <> 's1'", 'bcdef'],
    ["value = '5'", 'bd'],
    ["value IN ('s1', '5')", 'abd'],
    ["value IN ('s1', 5)", 'abd'],
    ["value NOT IN ('s1', '5')", 'cef'],
    ["value = ANY('{s1,x}')", 'a'],
    ["value = ANY(ARRAY['s1', 'true'])", 'ac'],
    ["value <> ALL('{s1,f}')", 'bcde'],
    ["value BETWEEN 'f' AND 's9'", 'af'],
    ["value LIKE 's%'", 'a'],
    ["value ILIKE 'S_'", 'a'],
    ["value ~ '^[st]'", 'ac'],
    ["value IS NOT DISTINCT FROM 's1'", 'a'],
    ["value = lower('S1')", 'a'],
    ['value = id', 'f'],
  ])('is compared with text as text: %s', async (condition, ids) => {
    expect(await findIds(condition)).toBe(ids);
  });

  it.each([
    ['value = 5', 'b'],
    ['value = 5.0', 'b'],
    ['value <> 5', 'acdef'],
    ['value IN (5, 6)', 'b'],
    ['value = ANY(ARRAY[5, 6])', 'b'],
    ['value = 2 + 3', 'b'],
    ['value = true', 'c'],
    [`value = '"5"'`, 'd'],
    [`value = '[ "s1" ]'`, 'e'],
    ['value = NULL', ''],
  ])('is compared with numbers, booleans and JSON by the type of each value: %s', async (condition, ids) => {
    expect(await findIds(condition)).toBe(ids);
  });

  it.each([
    ['s1', 'a'],
    ['5', 'bd'],
    [5, 'b'],
    [true, 'c'],
    ['["s1"]', 'e'],
    [null, ''],
  ])('is compared with a parameter by its type: %j', async (value, ids) => {
    expect(await findIds('value = $1', [value])).toBe(ids);
  });

  it('is compared the same in subqueries, in views and under an alias', async () => {
    const { rows } = await db.query(
      `WITH w AS (SELECT id, value AS v FROM "Mixed") SELECT id FROM (SELECT * FROM w) s WHERE v = 's1'`,
    );
    expect(rows).toEqual([{ id: 'a' }]);
    await db.query(`CREATE TEMPORARY VIEW seen AS SELECT id, value FROM "Mixed"`);
    expect((await db.query("SELECT id FROM seen WHERE value = 's1'")).rows).toEqual([{ id: 'a' }]);
  });

  it('is compared in DynamoDB with each type that has the same text', async () => {
    const { reads } = await db.explain(`SELECT id FROM "Mixed" WHERE value = '5'`);
    expect(JSON.stringify(reads)).toContain('#0 = :0 OR #0 = :1');
  });

  it.each([
    ["value >= 's'", 'a'],
    ['value > 4', 'b'],
    ['value > 5', ''],
    ['value BETWEEN 5 AND 6', 'b'],
  ])('is ordered against a value among the values of its type: %s', async (condition, ids) => {
    expect(await findIds(condition)).toBe(ids);
  });

  it('still reports invalid JSON', async () => {
    await expect(db.query(`SELECT id FROM "Mixed" WHERE doc = '{a'`)).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
    });
  });
});

describe('numbers in documents', () => {
  it.each([
    ['1.50 = ANY(list)', 'a'],
    ['2.0 = ANY(list)', 'b'],
    ['2.0::float8 = ANY(list)', 'b'],
    ["'2' = ANY(list)", 'b'],
    ['12345678901234567890123 = ANY(list)', 'c'],
    ['12345678901234567890124 = ANY(list)', ''],
    [`doc = '{"a": 1.50}'`, 'a'],
    [`doc::jsonb = '{"a": 1.50}'`, 'a'],
    [`doc::jsonb -> 'a' = '2.0'`, 'b'],
    [`doc::jsonb IN ('{"a":2.0}', '{"a":15e-1}')`, 'ab'],
  ])('are equal if their values are: %s', async (condition, ids) => {
    expect(await findIds(condition)).toBe(ids);
  });

  it('can be compared with JSON constants', async () => {
    const { rows } = await db.query(
      `SELECT '1.50'::jsonb = '1.5'::jsonb AS a, '{"b":1,"a":2.0}'::jsonb <> '{"a":2,"b":1}' AS b, '1e2'::jsonb = '100'::jsonb AS c`,
    );
    expect(rows).toEqual([{ a: true, b: false, c: true }]);
  });
});
