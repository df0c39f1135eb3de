import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, Parameters } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'orders',
    key: ['id:S'],
    items: [{ id: { S: 'a' }, status: { S: 'open' }, total: { N: '1.25' } }],
  });
  db = await database.open();
});
afterAll(() => database.close());

async function failure(sql: string, parameters: Parameters = []): Promise<unknown> {
  try {
    await db.query(sql, parameters);
  } catch (error) {
    return error;
  }
  throw new Error(`${sql} did not fail`);
}

describe('the remedy of a failed statement', () => {
  it.each([
    [`SELECT id FROM orders WHERE status = "open"`, `Write a string constant in single quotes: 'open'.`],
    [`SELECT id FROM orders WHERE status = "it's"`, `Write a string constant in single quotes: 'it''s'.`],
    [`SELECT id FROM "orders" o WHERE o.status = 'x' AND missing = 1`, `"$item"->>'missing'`],
    [`SELECT * FROM order`, 'order is a reserved keyword; to use it as a name, write "order".'],
    [`SELECT id FROM orders WHERE id = 5 5`, 'Correct the statement at the marked position.'],
  ])('%s', async (sql, remedy) => {
    expect(await failure(sql)).toMatchObject({ remedy: expect.stringContaining(remedy) });
  });

  it.each([
    ['SELECT * FORM orders', ['FROM']],
    ['SELCT * FROM orders', ['SELECT']],
    ['SELECT * FROM orders WHERE id = 5 5', []],
  ])('%s suggests %j', async (sql, candidates) => {
    expect(await failure(sql)).toMatchObject({ code: 'SQL_SYNTAX', candidates });
  });

  it.each([
    ['SELECT foo(id) FROM orders', 'function foo(text) does not exist', 8],
    ['SELECT sum(status) FROM orders', 'function sum(text) does not exist', 8],
    ["SELECT 1 FROM orders WHERE total LIKE '1%'", 'operator does not exist: numeric ~~ unknown', 34],
    ['SELECT upper(status, 2) FROM orders', 'function upper(text, integer) does not exist', 8],
    ['SELECT array_length(status) FROM orders', 'function array_length(text) does not exist', 8],
    ["SELECT id FROM orders WHERE total > 'abc'", 'invalid input syntax for type numeric: "abc"', 37],
    ["SELECT 'x'::int", 'invalid input syntax for type integer: "x"', 8],
    ["SELECT 'x'::date", 'invalid input syntax for type date: "x"', 8],
  ])('%s: %s', async (sql, message, position) => {
    expect(await failure(sql)).toMatchObject({ message, position });
  });

  it.each([
    ['SELECT id FROM orders WHERE id IN (?)', [['a', 'b']]],
    ['SELECT id FROM orders WHERE status NOT IN ($1, $2)', ['x', ['a']]],
    ['SELECT id FROM orders WHERE status = $1', [['open']]],
  ])('%s refuses an array for a single value', async (sql, parameters) => {
    expect(await failure(sql, parameters)).toMatchObject({
      code: 'SQL_BAD_VALUE',
      message: expect.stringContaining('is an array'),
      remedy: expect.stringContaining('= ANY (…)'),
    });
  });

  it('compares arrays with arrays, and their elements with ANY', async () => {
    const { rows } = await db.query(
      'SELECT id, ARRAY[1, 2] = $2 AS same FROM orders WHERE status = ANY ($1) AND id <> ALL ($3)',
      [['open', 'paid'], [1, 2], ['b']],
    );
    expect(rows).toEqual([{ id: 'a', same: true }]);
  });
});

describe('invalid arguments', () => {
  it.each([undefined, null, 5, {}])('%p is refused as a statement', async (sql) => {
    const statement: unknown = sql;
    await expect(db.query(statement as string)).rejects.toMatchObject({ code: 'SQL_BAD_ARGUMENT' });
    await expect(db.prepare(statement as string)).rejects.toMatchObject({ code: 'SQL_BAD_ARGUMENT' });
  });

  it('an unknown value of an option is refused, because a misspelled guard would have no effect', async () => {
    const options = { fullScan: 'deny' };
    await expect(db.query('SELECT 1', [], options as object)).rejects.toMatchObject({
      code: 'SQL_BAD_ARGUMENT',
      message: 'invalid value for statement option "fullScan": deny (expected one of Allow, Warn, Deny)',
    });
  });

  it('an unknown option is refused, because it would have no effect', async () => {
    const options = { maxRCU: 5 };
    await expect(db.query('SELECT 1', [], options as object)).rejects.toMatchObject({
      code: 'SQL_BAD_ARGUMENT',
      message: 'unrecognized statement option "maxRCU"',
      candidates: ['maxRcu', 'maxWcu'],
    });
  });
});
