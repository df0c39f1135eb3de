import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** In DynamoDB's order, that of UTF-8; JavaScript has the last two the other way round. */
const TEXTS = ['!', 'a', 'ab', 'b', 'z', '~', 'é', 'éa', '\ue000', '🐟'] as const;

const texts = TEXTS.map((text, i): AttributeMap => ({
  pk: { S: 'p' },
  sk: { S: text },
  same: { S: text },
  raw: { B: Buffer.from(text).toString('base64') },
  part: { N: i % 2 === 0 ? '0.1' : '0.10000000000000000000000000000000000001' },
  empty: { S: '' },
  none: i % 3 === 0 ? { NULL: true } : { S: text },
  kind: i % 4 === 0 ? { N: '5' } : { S: '5' },
  ...(i % 2 === 0 ? { few: { N: String(i) } } : {}),
  doc: { M: { rating: { N: String(i) }, 'a.b': { S: text } } },
  pad: { S: 'x'.repeat(2000) },
}));
const others = Array.from({ length: 20 }, (_, i): AttributeMap => ({
  pk: { S: `q${i}` },
  sk: { S: 'a' },
  pad: { S: 'x'.repeat(2000) },
}));

let database: TestDatabase;
let db: Connection;
let scanning: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'odd',
    key: ['pk:S', 'sk:S'],
    indexes: [
      { name: 'by_same', key: ['same:S', 'sk:S'] },
      { name: 'by_few', key: ['pk:S', 'few:N'], local: true, projection: 'KEYS_ONLY' },
    ],
    items: [...texts, ...others],
  });
  db = await database.open();
  scanning = database.withRules([]);
});
afterAll(() => database.close());

// What DynamoDB would refuse or read otherwise, with the plan that avoids it.
const CASES: readonly (readonly [pitfall: string, condition: string, plan: string])[] = [
  ['texts above the basic plane come last', "pk = 'p' AND sk > 'é'", 'Query odd(pk, sk)'],
  ['texts of a private use', "pk = 'p' AND sk >= '\ue000'", 'Query odd(pk, sk)'],
  ['a prefix of one letter of two bytes', "pk = 'p' AND sk LIKE 'é%'", 'Query odd(pk, sk)'],
  ['a prefix that is empty', "pk = 'p' AND sk LIKE '%'", 'Query odd(pk)'],
  ['a key that is empty', "pk = '' AND sk > 'a'", 'No request for odd: no item can match'],
  ['a sort key that is empty', "pk = 'p' AND sk = ''", 'No request for odd: no item can match'],
  ['a sort key above the empty text', "pk = 'p' AND sk > ''", 'Query odd(pk)'],
  ['a sort key below the empty text', "pk = 'p' AND sk < ''", 'Query odd(pk)'],
  ['an attribute that is empty', "empty = ''", 'Scan odd'],
  ['ends in the wrong order', "pk = 'p' AND sk BETWEEN 'z' AND 'a'", 'No request for odd: no item can match'],
  [
    'several ends of one range',
    "pk = 'p' AND sk > '!' AND sk > 'a' AND sk <= 'é' AND sk < '🐟'",
    'Query odd(pk, sk)',
  ],
  ['a sort key that is something else', "pk = 'p' AND sk <> 'b'", 'Query odd(pk)'],
  [
    'the same key twice',
    "pk = 'p' AND (sk = 'a' OR sk = 'b' OR sk = 'a')",
    'BatchGetItem odd(pk, sk) of 2 keys',
  ],
  ['ranges that overlap', "pk = 'p' AND (sk > 'b' OR sk > 'a')", 'Query odd(pk, sk)'],
  [
    'pairs of keys',
    "(pk, sk) IN (('p', 'a'), ('p', 'z'), ('q3', 'a'))",
    'BatchGetItem odd(pk, sk) of 3 keys',
  ],
  [
    'a part of the key as a filter of a Query',
    "same = 'b' AND sk LIKE '%b%' AND pk <> 'x'",
    'Query odd.by_same(same)',
  ],
  [
    'an index that lacks what is asked for',
    "pk = 'p' AND few > 5 AND pad > 'a'",
    'Query odd.by_few(pk, few), then BatchGetItem odd',
  ],
  ['bytes above 127', "pk = 'p' AND raw > '\\xc3'::bytea", 'Query odd(pk)'],
  ['the last of 38 digits', 'part = 0.10000000000000000000000000000000000001', 'Scan odd'],
  ['a number that a double would not tell from another', 'part = 0.1', 'Scan odd'],
  ['what is NULL or missing, which is not unequal', "none <> 'a'", 'Scan odd'],
  ['NULL of either kind', 'none IS NULL', 'Scan odd'],
  ['a number among texts', "kind #>> '{}' = '5'", 'Scan odd'],
  ['paths that overlap', `doc->>'rating' = '3' AND doc->>'a.b' = 'b' AND doc IS NOT NULL`, 'Scan odd'],
];

const units = async (sql: string) => (await db.query(sql)).stats.readCapacity;

describe('what DynamoDB takes otherwise than SQL', () => {
  it.each(CASES)('is seen to: %s', async (_, condition, plan) => {
    const sql = `SELECT pk, sk, doc, doc->>'rating' AS rating FROM odd WHERE ${condition} ORDER BY pk, sk`;
    const { rows, stats } = await db.query(sql);
    const all = await scanning.query(sql);
    expect(rows).toEqual(all.rows);
    expect(stats.plan).toEqual([plan]);
  });

  it.each([
    ["pk = 'p'", TEXTS],
    ["pk IN ('p', 'none')", TEXTS],
    ["pk = 'p' AND length(pad) > 5", TEXTS],
  ])('ORDER BY is that of UTF-8, by DynamoDB, a merge or DuckDB: %s', async (condition, order) => {
    const { rows } = await db.query(`SELECT sk FROM odd WHERE ${condition} ORDER BY sk`);
    expect(rows.map(({ sk }) => sk)).toEqual(order);
  });

  it('LIMIT is of rows, where a filter leaves most items out', async () => {
    const { rows } = await db.query("SELECT sk FROM odd WHERE pad > 'a' AND same = 'z' LIMIT 1", [], {
      pageSize: 1,
    });
    expect(rows).toEqual([{ sk: 'z' }]);
  });

  it('capacity is that of items, whatever is asked of them', async () => {
    const whole = await units("SELECT * FROM odd WHERE pk = 'p'");
    expect(await units("SELECT sk FROM odd WHERE pk = 'p'")).toBe(whole);
    expect(await units("SELECT count(*) FROM odd WHERE pk = 'p'")).toBe(whole);
  });
});
