import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ITEM: AttributeMap = {
  id: { S: '1' },
  Name: { S: 'Big' },
  name: { S: 'small' },
  N: { N: '1' },
  n: { N: '2' },
};

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({ name: 'people', key: ['id:S'], items: [ITEM] });
  await database.add({
    name: 'pairs',
    key: ['id:S'],
    items: [
      { id: { S: '1' }, Name: { S: 'a' }, name: { S: 'b' } },
      { id: { S: '2' }, Name: { S: 'b' }, name: { S: 'a' } },
    ],
  });
  await database.add({
    name: 'partners',
    key: ['oid:S'],
    items: [{ oid: { S: '1' }, Name: { S: 'x' }, name: { S: 'b' } }],
  });
  await database.add({ name: 'others', key: ['tid:S'], items: [{ tid: { S: '1' }, name: { S: 'b' } }] });
  db = await database.open();
});
afterAll(() => database.close());
beforeEach(() => database.client.putItems('people', [ITEM]));

async function stored(id = '1'): Promise<AttributeMap> {
  const input = { TableName: 'people', Key: { id: { S: id } }, ConsistentRead: true };
  return JSON.parse((await database.client.read('GetItem', input, newReadStats())).toString())['Item'];
}

describe('attributes whose names differ only in case', () => {
  it.each<[string, AttributeMap]>([
    [`UPDATE people SET "Name" = name WHERE id = '1'`, { Name: { S: 'small' }, name: { S: 'small' } }],
    [
      `UPDATE people SET "Name" = name, name = "Name" WHERE id = '1'`,
      { Name: { S: 'small' }, name: { S: 'Big' } },
    ],
    [`UPDATE people SET "Name" = upper(name) WHERE id = '1'`, { Name: { S: 'SMALL' }, name: { S: 'small' } }],
    [`UPDATE people SET "N" = n + 1, n = "N" * 10 WHERE id = '1'`, { N: { N: '3' }, n: { N: '10' } }],
    [
      `INSERT INTO people (id, "Name", name) VALUES ('1', 'X', 'y')
       ON CONFLICT (id) DO UPDATE SET "Name" = excluded.name, name = excluded."Name"`,
      { Name: { S: 'y' }, name: { S: 'X' } },
    ],
    [
      `INSERT INTO people (id, "Name", name) VALUES ('1', 'X', 'y')
       ON CONFLICT (id) DO UPDATE SET "Name" = people.name || excluded.name, name = people."Name" || excluded."Name"`,
      { Name: { S: 'smally' }, name: { S: 'BigX' } },
    ],
    [
      `REPLACE INTO people (id, "Name", name) SELECT '1', upper(name), lower("Name") FROM people WHERE id = '1'`,
      { Name: { S: 'SMALL' }, name: { S: 'big' } },
    ],
    [
      `REPLACE INTO people (id, "Name", name) SELECT '1', name, "Name" FROM people WHERE id = '1'`,
      { Name: { S: 'small' }, name: { S: 'Big' } },
    ],
  ])('are assigned apart: %s', async (sql, expected) => {
    await db.query(sql);
    expect(await stored()).toMatchObject(expected);
  });

  it('are returned apart', async () => {
    const { rows } = await db.query(
      `UPDATE people SET "N" = n + 1 WHERE "Name" = 'Big' AND name = 'small' RETURNING "N", n, "Name", name`,
    );
    expect(rows).toEqual([{ N: 3, n: 2, Name: 'Big', name: 'small' }]);
  });

  it.each<[string, readonly object[]]>([
    [
      `SELECT s.name, s."Name" FROM (SELECT name AS "Name", "Name" AS name FROM people) s`,
      [{ name: 'Big', Name: 'small' }],
    ],
    [`SELECT * FROM (SELECT upper(name) AS "Name", name FROM people) s`, [{ Name: 'SMALL', name: 'small' }]],
    [
      `WITH c AS (SELECT upper(name) AS "Name", name FROM people) SELECT name, "Name" FROM c`,
      [{ name: 'small', Name: 'SMALL' }],
    ],
    [`WITH c("X", x) AS (SELECT 1, 2) SELECT x, "X" FROM c`, [{ x: 2, X: 1 }]],
    [
      `WITH RECURSIVE r(n, "N") AS (SELECT 1, 10 UNION ALL SELECT n + 1, "N" + 10 FROM r WHERE n < 2) SELECT n, "N" FROM r`,
      [
        { n: 1, N: 10 },
        { n: 2, N: 20 },
      ],
    ],
    [`SELECT v.a, v."A" FROM (VALUES (1, 2)) v(a, "A")`, [{ a: 1, A: 2 }]],
    [`SELECT a.x, a."X" FROM unnest(ARRAY[1], ARRAY['q']) AS a(x, "X")`, [{ x: 1, X: 'q' }]],
    [`SELECT p.id, name FROM pairs p JOIN partners o USING (name)`, [{ id: '1', name: 'b' }]],
    [
      `SELECT upper(name) AS "X", upper("Name") AS x FROM pairs ORDER BY "X"`,
      [
        { X: 'A', x: 'B' },
        { X: 'B', x: 'A' },
      ],
    ],
    [
      `SELECT upper(name) AS "X", upper("Name") AS x FROM pairs GROUP BY "X", x ORDER BY x`,
      [
        { X: 'B', x: 'A' },
        { X: 'A', x: 'B' },
      ],
    ],
    [
      `SELECT name AS "X", "Name" AS x FROM pairs UNION ALL SELECT 'z', 'y' ORDER BY x DESC`,
      [
        { X: 'z', x: 'y' },
        { X: 'a', x: 'b' },
        { X: 'b', x: 'a' },
      ],
    ],
  ])('are told apart: %s', async (sql, expected) => {
    expect((await db.query(sql)).rows).toEqual(expected);
  });

  it.each([
    [`SELECT p.id, name FROM pairs p JOIN others USING (name)`, 'SQL_NOT_SUPPORTED'],
    [`SELECT * FROM pairs NATURAL JOIN others`, 'SQL_NOT_SUPPORTED'],
    [`SELECT p.id, "Name" FROM pairs p JOIN partners USING (name)`, 'SQL_AMBIGUOUS_COLUMN'],
    [`UPDATE people SET "NAME" = name`, 'SQL_AMBIGUOUS_COLUMN'],
  ])('are never mistaken for each other: %s', async (sql, code) => {
    await expect(db.query(sql)).rejects.toMatchObject({ code });
  });

  it('keep their values in any assignment of one to another', async () => {
    const names = ['Name', 'name', 'N', 'n'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), {
          minLength: 1,
          selector: ([to]) => to,
        }),
        async (assignments) => {
          await database.client.putItems('people', [ITEM]);
          const list = assignments.map(([to, from]) => `"${to}" = "${from}"`).join(', ');
          await db.query(`UPDATE people SET ${list} WHERE id = '1'`);
          const expected = { ...ITEM };
          for (const [to, from] of assignments) expected[to] = ITEM[from] ?? { NULL: true };
          expect(await stored()).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
