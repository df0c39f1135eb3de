import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'shops',
    key: ['id:S'],
    items: [
      {
        id: { S: 'a' },
        doc: {
          M: {
            city: { S: 'Rome!' },
            prices: { L: [{ N: '1' }, { N: '2.5' }, { N: '4' }] },
            lines: { L: [{ M: { price: { N: '3' } } }, { M: { price: { N: '5' } } }] },
          },
        },
      },
      { id: { S: 'b' }, doc: { M: { city: { S: 'Oslo!' }, prices: { NS: ['7'] } } } },
    ],
  });
  db = await database.open();
});
afterAll(() => database.close());

async function evaluate(expression: string, from = ''): Promise<unknown> {
  const { rows } = await db.query<readonly unknown[]>(`SELECT ${expression} ${from}`, [], {
    rowMode: 'array',
  });
  return rows[0]?.[0];
}

describe('functions of other drivers', () => {
  it.each<[string, unknown]>([
    ["CHARINDEX('b', 'abcb')", 2],
    ["CHARINDEX('b', 'abcb', 3)", 4],
    ["CHARINDEX('x', 'abcb', 3)", 0],
    ["LOCATE('b', 'abc')", 2],
    ["LEN('né')", 2],
    ["'<' || SPACE(2) || '>'", '<  >'],
    ["REPLICATE('ab', 2)", 'abab'],
    ["STUFF('abcdef', 2, 3, 'X')", 'aXef'],
    ["STUFF('abc', 9, 1, 'X')", null],
    ["ISNULL(NULL, 'x')", 'x'],
    ['IFNULL(1, 2)', 1],
    ['NVL(NULL, 2)', 2],
    ['SQUARE(3)', 9],
    ['RAND() < 1', true],
    ["GETDATE() > DATE '2024-01-01'", true],
    ['CURDATE() = current_date', true],
    ["DATEADD(month, 1, '2024-01-31')::text", '2024-02-29 00:00:00'],
    ["DATEADD('hh', -2, TIMESTAMP '2024-01-01 01:30:00')::text", '2023-12-31 23:30:00'],
    ["DATEDIFF(day, '2024-02-28', '2024-03-01')", 2],
    ["DATEDIFF(yy, '2023-12-31', '2024-01-01')", 1],
    ["DATEPART(quarter, '2024-05-06')", 2],
    ["DATEPART(dw, '2024-01-07')", 1],
  ])('evaluate %s', async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["JSON_EXTRACT(doc, '$.city')", 'Rome!'],
    ["JSON_EXTRACT(doc, '$.lines[1].price')", '5'],
    ["JSON_COUNT(doc, '$.prices')", 3],
    ["JSON_COUNT(doc, '$.prices[1..]')", 2],
    ["JSON_SUM(doc, '$.prices[..]')", 7.5],
    ["JSON_SUM(doc, '$.prices[..1]')", 3.5],
    ["JSON_SUM(doc, '$.prices[2]')", 4],
    ["JSON_SUM(doc, '$.lines[..].price')", 8],
    ["JSON_AVG(doc, '$.prices[0..2]')", 2.5],
    ["JSON_MIN(doc, '$.prices')", 1],
    ["JSON_MAX(doc, '$.prices[1..1]')", 2.5],
    ["JSON_SUM(doc, '$.nothing[..]')", null],
  ])('evaluate %s', async (expression, expected) => {
    expect(await evaluate(expression, "FROM shops WHERE id = 'a'")).toEqual(expected);
  });

  it('push conditions on JSON_EXTRACT down', async () => {
    const { text } = await db.explain("SELECT id FROM shops WHERE JSON_EXTRACT(doc, '$.city') = 'Rome!'");
    expect(text).toContain("filter in DynamoDB: doc.city = 'Rome!'");
    expect(text).not.toContain('left to DuckDB');
  });

  it('DOCUMENT(*) is the whole item', async () => {
    expect(await evaluate('DOCUMENT(*)', "FROM shops WHERE id = 'b'")).toEqual({
      id: 'b',
      doc: { city: 'Oslo!', prices: [7] },
    });
    expect((await db.query('SELECT DOCUMENT(*), id FROM shops ORDER BY id')).rows[0]).toHaveProperty(
      'document',
    );
  });

  it('report the path that they require', async () => {
    await expect(evaluate("JSON_SUM(doc, 'prices')", 'FROM shops')).rejects.toThrow(
      "json_sum requires a document and a constant path such as '$.prices[..]'",
    );
    await expect(evaluate("DATEADD(fortnight, 1, '2024-01-01')")).rejects.toThrow('fortnight');
  });
});
