import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
const notices: string[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  const items = ['a', 'b'].map((id) => ({
    id: { S: id },
    name: { S: id },
    address: { M: { city: { S: 'Rome' } } },
  }));
  await database.add({
    name: 'people',
    key: ['id:S'],
    indexes: [{ name: 'by_kind', key: ['kind:S'] }],
    items,
  });
  await database.add({ name: 'empty', key: ['id:S'], items: [] });
  db = await connect(database.string(), { onNotice: (message) => void notices.push(message) });
});
afterAll(async () => {
  await db.close();
  await database.close();
});

async function noticesOf(sql: string, parameters: readonly string[] = []): Promise<readonly string[]> {
  notices.length = 0;
  await db.query(sql, parameters);
  return [...notices];
}

describe('an attribute that no sampled item has', () => {
  it('is added, and UPDATE suggests a column with a similar name', async () => {
    expect(await noticesOf("UPDATE people SET nam = 'x' WHERE id IN ('a', 'b')")).toEqual([
      'no sampled item of "people" has an attribute "nam", which will be added; did you mean "name"?',
    ]);
    expect((await db.query(`SELECT "$item" ->> 'nam' AS nam FROM people WHERE id = 'a'`)).rows).toEqual([
      { nam: 'x' },
    ]);
  });

  it('is reported once per statement, for any number of rows', async () => {
    expect(await noticesOf("INSERT INTO people (id, nme, zz) VALUES ('c', '1', 1), ('d', '2', 2)")).toEqual([
      'no sampled item of "people" has an attribute "nme", which will be added; did you mean "name"?',
      'no sampled item of "people" has an attribute "zz", which will be added',
    ]);
    expect(
      await noticesOf(
        "INSERT INTO people (id, name) VALUES ('a', '1'), ('b', '1') ON CONFLICT (id) DO UPDATE SET naem = 'x'",
      ),
    ).toEqual([
      'no sampled item of "people" has an attribute "naem", which will be added; did you mean "nam"?',
    ]);
  });

  it('is not reported by a statement that fails on an unknown column', async () => {
    notices.length = 0;
    await expect(db.query("UPDATE people SET nme = 1 WHERE idd = 'a'")).rejects.toMatchObject({
      sqlState: '42703',
    });
    await expect(db.query('INSERT INTO people (id, nme) SELECT idd, 1 FROM people')).rejects.toMatchObject({
      sqlState: '42703',
    });
    expect(notices).toEqual([]);
  });

  it.each([
    "UPDATE people SET kind = 'k', address.town = 'Ostia' WHERE id = 'a'",
    "UPDATE people SET NAME = 'k' WHERE id = 'a'",
    "INSERT INTO people VALUES ('e')",
    `INSERT INTO people ("$item") VALUES ('{"id": "f", "nam": 1}')`,
    "INSERT INTO empty (id, anything) VALUES ('a', 1)",
  ])('is not reported by %s', async (sql) => {
    expect(await noticesOf(sql)).toEqual([]);
  });
});

describe('RETURNING *', () => {
  it('includes the attributes that INSERT adds, typed by their values', async () => {
    const sql = `INSERT INTO people (id, size, "Tags") VALUES ('g', 12, '{"a": 1}'::json), ('h', 1.5, NULL) RETURNING *`;
    await using statement = await db.prepare(sql);
    const { rows, columns } = await db.query(sql);
    expect(rows).toMatchObject([
      { id: 'g', name: null, size: 12, Tags: { a: 1 } },
      { id: 'h', name: null, size: 1.5, Tags: null },
    ]);
    expect(columns.slice(-2)).toEqual([
      { name: 'size', type: 'numeric', oid: 1700 },
      { name: 'Tags', type: 'json', oid: 114 },
    ]);
    expect(statement.columns.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  });

  it('includes the attributes that UPDATE adds, and RETURNING can refer to them', async () => {
    expect((await db.query("UPDATE people SET level = 3 WHERE id = 'a' RETURNING *")).rows).toMatchObject([
      { id: 'a', level: 3 },
    ]);
    expect(
      (await db.query("UPDATE people SET rank = length(id) + 1 WHERE id = 'a' RETURNING rank * 2 AS twice"))
        .rows,
    ).toEqual([{ twice: 4 }]);
    expect(
      (await db.query("UPDATE people SET gone = remove_attribute(gone) WHERE id = 'a' RETURNING id, gone"))
        .rows,
    ).toEqual([{ id: 'a', gone: null }]);
  });
});
