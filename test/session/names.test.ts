import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Attribute names that need quoting or escaping somewhere. */
const NAMES = [
  'a.b',
  'a b',
  'say "hi"',
  "it's",
  '\u{1F600}',
  'select',
  'size',
  'Total',
  'TOTAL',
  'total',
  '#x',
  ':y',
  '$item',
  'x[0]',
  '0',
  'é',
  'constructor',
  '-',
  '\\',
  'N',
  'S',
  '%',
  'count(*)',
];

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'My.Odd-Table_1',
    key: ['the key:S', 'Sort.Key:N'],
    indexes: [{ name: 'by-select', key: ['select:S'] }],
    items: ['x', 'y'].map((id) => ({
      'the key': { S: id },
      'Sort.Key': { N: '1' },
      ...Object.fromEntries(NAMES.map((name) => [name, { S: `${id} ${name}` }])),
    })),
  });
  db = await database.open();
});
afterAll(() => database.close());

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const toColumnName = (name: string): string => (name === '$item' ? '$item_2' : name);

describe('an attribute', () => {
  it.each(NAMES)(
    'named %s is selected, compared and sorted by, with and without the engine',
    async (name) => {
      const column = toColumnName(name);
      const expected = [{ [column]: `y ${name}` }];
      const text = `'y ${name.replaceAll("'", "''")}'`;
      const select = `SELECT ${quoted(column)} FROM "My.Odd-Table_1"`;
      const { rows: direct, columns } = await db.query(`${select} WHERE ${quoted(column)} = ${text}`);
      expect(direct).toEqual(expected);
      expect(columns).toEqual([{ name: column, type: 'text', oid: 25 }]);
      const { rows: byEngine } = await db.query(
        `${select} WHERE ${quoted(column)} <> 'x' ORDER BY ${quoted(column)} DESC LIMIT 1`,
      );
      expect(byEngine).toEqual(expected);
      const { rows: byKey } = await db.query(`${select} WHERE "the key" = ? AND "Sort.Key" = ?`, ['y', 1]);
      expect(byKey).toEqual(expected);
    },
  );

  it('is a column of SELECT * in every spelling', async () => {
    const { rows, columns } = await db.query('SELECT * FROM "My.Odd-Table_1" ORDER BY "the key"', [], {
      rowMode: 'array',
    });
    const names = columns.map(({ name }) => name);
    expect(names.toSorted()).toEqual(['the key', 'Sort.Key', ...NAMES.map(toColumnName)].toSorted());
    const value = new Map<string, unknown>([
      ['the key', 'x'],
      ['Sort.Key', 1],
      ...NAMES.map((name) => [toColumnName(name), `x ${name}`] as const),
    ]);
    expect(rows[0]).toEqual(names.map((name) => value.get(name)));
  });

  it('that differs from others only in case must be spelled exactly', async () => {
    await expect(db.query('SELECT "ToTaL" FROM "My.Odd-Table_1"')).rejects.toMatchObject({
      code: 'SQL_AMBIGUOUS_COLUMN',
      position: 8,
      candidates: expect.arrayContaining(['Total', 'TOTAL', 'total']),
    });
    const { rows } = await db.query(`SELECT "TOTAL", total FROM "My.Odd-Table_1" WHERE "Total" = 'y Total'`);
    expect(rows).toEqual([{ TOTAL: 'y TOTAL', total: 'y total' }]);
  });

  it('can be the key of an index', async () => {
    const { rows, stats } = await db.query(
      `SELECT "the key" FROM "My.Odd-Table_1" WHERE "select" = 'x select'`,
    );
    expect(rows).toEqual([{ 'the key': 'x' }]);
    expect(stats.plan).toEqual(['Query My.Odd-Table_1.by-select(select)']);
  });

  it('is found in any case if no other name is similar', async () => {
    const { rows } = await db.query(`SELECT SIZE FROM "MY.odd-TABLE_1" WHERE "THE KEY" = 'x'`);
    expect(rows).toEqual([{ size: 'x size' }]);
  });
});
