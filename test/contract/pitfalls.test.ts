import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** In DynamoDB's order, that of UTF-8. JavaScript sorts the last two in reverse. */
const TEXTS = ['!', 'a', 'ab', 'b', 'z', '~', 'é', 'éa', '\ue000', '🐟'] as const;

const strings = TEXTS.map((text, i): AttributeMap => ({
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
    items: [...strings, ...others],
  });
  db = await database.open();
  scanning = database.withRules([]);
});
afterAll(() => database.close());

// Conditions that DynamoDB would refuse or evaluate differently from SQL, with the plan that avoids it.
const CASES: readonly (readonly [pitfall: string, condition: string, plan: string])[] = [
  [
    'strings beyond the basic multilingual plane, which sort last',
    "pk = 'p' AND sk > 'é'",
    'Query odd(pk, sk)',
  ],
  ['strings of the private use area', "pk = 'p' AND sk >= '\ue000'", 'Query odd(pk, sk)'],
  ['a prefix of a two-byte character', "pk = 'p' AND sk LIKE 'é%'", 'Query odd(pk, sk)'],
  ['an empty prefix', "pk = 'p' AND sk LIKE '%'", 'Query odd(pk)'],
  ['an empty partition key', "pk = '' AND sk > 'a'", 'No request for odd: no item can match'],
  ['an empty sort key', "pk = 'p' AND sk = ''", 'No request for odd: no item can match'],
  ['a sort key above the empty string', "pk = 'p' AND sk > ''", 'Query odd(pk)'],
  ['a sort key below the empty string', "pk = 'p' AND sk < ''", 'Query odd(pk)'],
  ['an empty attribute', "empty = ''", 'Scan odd'],
  [
    'bounds in the wrong order',
    "pk = 'p' AND sk BETWEEN 'z' AND 'a'",
    'No request for odd: no item can match',
  ],
  [
    'several bounds of one range',
    "pk = 'p' AND sk > '!' AND sk > 'a' AND sk <= 'é' AND sk < '🐟'",
    'Query odd(pk, sk)',
  ],
  ['an unequal sort key', "pk = 'p' AND sk <> 'b'", 'Query odd(pk)'],
  [
    'the same key twice',
    "pk = 'p' AND (sk = 'a' OR sk = 'b' OR sk = 'a')",
    'BatchGetItem odd(pk, sk) of 2 keys',
  ],
  ['overlapping ranges', "pk = 'p' AND (sk > 'b' OR sk > 'a')", 'Query odd(pk, sk)'],
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
    'an index without a selected attribute',
    "pk = 'p' AND few > 5 AND pad > 'a'",
    'Query odd.by_few(pk, few), then BatchGetItem odd',
  ],
  ['bytes above 127', "pk = 'p' AND raw > '\\xc3'::bytea", 'Query odd(pk)'],
  ['the last of 38 digits', 'part = 0.10000000000000000000000000000000000001', 'Scan odd'],
  ['a number that a double could not represent', 'part = 0.1', 'Scan odd'],
  ['NULL and missing attributes, which are not unequal', "none <> 'a'", 'Scan odd'],
  ['NULL of either kind', 'none IS NULL', 'Scan odd'],
  ['a number among strings', "kind #>> '{}' = '5'", 'Scan odd'],
  [
    'overlapping document paths',
    `doc->>'rating' = '3' AND doc->>'a.b' = 'b' AND doc IS NOT NULL`,
    'Scan odd',
  ],
];

const units = async (sql: string) => (await db.query(sql)).stats.readCapacity;

describe('a difference between DynamoDB and SQL', () => {
  it.each(CASES)('is handled: %s', async (_, condition, plan) => {
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
  ])('ORDER BY sorts by UTF-8 in DynamoDB, in a merge and in DuckDB: %s', async (condition, order) => {
    const { rows } = await db.query(`SELECT sk FROM odd WHERE ${condition} ORDER BY sk`);
    expect(rows.map(({ sk }) => sk)).toEqual(order);
  });

  it('LIMIT counts rows, not the items that a filter examines', async () => {
    const { rows } = await db.query("SELECT sk FROM odd WHERE pad > 'a' AND same = 'z' LIMIT 1", [], {
      pageSize: 1,
    });
    expect(rows).toEqual([{ sk: 'z' }]);
  });

  it('capacity depends on the size of the items, not on the projection', async () => {
    const whole = await units("SELECT * FROM odd WHERE pk = 'p'");
    expect(await units("SELECT sk FROM odd WHERE pk = 'p'")).toBe(whole);
    expect(await units("SELECT count(*) FROM odd WHERE pk = 'p'")).toBe(whole);
  });
});
