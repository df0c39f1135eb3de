import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import type { Connection } from '../../src/session/connection.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let sdk: DynamoDBClient;
let documents: DynamoDBDocumentClient;
let db: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'things',
    key: ['id:S'],
    // The values of v have several types, so that it takes any.
    items: [
      { id: { S: 'a' }, v: { M: {} } },
      { id: { S: 'b' }, v: { L: [] } },
    ],
  });
  sdk = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
  });
  documents = DynamoDBDocumentClient.from(sdk, {
    marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
  });
  db = await database.open();
});
afterAll(async () => {
  sdk.destroy();
  await database.close();
});

/** The attribute as the AWS SDK reads it, with the members of sets in one order. */
async function stored(id: string): Promise<unknown> {
  const { Item } = await sdk.send(
    new GetItemCommand({ TableName: 'things', Key: { id: { S: id } }, ConsistentRead: true }),
  );
  return sortSets(Item?.['v']);
}

function sortSets(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(sortSets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]): [string, unknown] => {
      const sorted = sortSets(inside);
      return [key, /^[SNB]S$/.test(key) && Array.isArray(sorted) ? sorted.map(String).toSorted() : sorted];
    }),
  );
}

const toBytes = (...all: number[]): Uint8Array => Uint8Array.from(all);

const texts = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'));
const names = texts.filter((name) => name !== '__proto__');
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }).filter((value) => {
    const size = Math.abs(value);
    return Number.isSafeInteger(value) || (size > 1e-100 && size < Number.MAX_SAFE_INTEGER);
  }),
);
const bigints = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const bytes = fc.uint8Array({ maxLength: 8 });
const sets = fc.oneof(
  fc.uniqueArray(texts, { minLength: 1, maxLength: 4 }),
  // The AWS SDK stores no long integers in sets.
  fc.uniqueArray(fc.oneof(numbers, fc.maxSafeInteger().map(BigInt)), {
    minLength: 1,
    maxLength: 4,
    selector: Number,
  }),
  fc.uniqueArray(
    bytes.filter(({ length }) => length > 0),
    {
      minLength: 1,
      maxLength: 3,
      selector: (each) => Buffer.from(each).toString('hex'),
    },
  ),
);
const { value: members } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts,
    numbers,
    bigints,
    fc.boolean(),
    fc.constantFrom(null),
    bytes,
    sets.map((all) => new Set<unknown>(all)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 4 }),
    fc
      .dictionary(names, tie('value'), { maxKeys: 3 })
      .map((object) => new Map<string, unknown>(Object.entries(object))),
  ),
}));
/** Strings alone would be read as JSON by the document columns of the other values. */
const values = members.filter((value) => typeof value === 'object' && value !== null);

describe('objects as parameters', () => {
  it.each([
    ['INSERT', "REPLACE INTO things (id, v) VALUES ('1', $1)"],
    ['INSERT SELECT', "REPLACE INTO things (id, v) SELECT '1', $1"],
    ['a subquery', "REPLACE INTO things (id, v) SELECT '1', (SELECT $1)"],
    ['unnest', "REPLACE INTO things (id, v) SELECT '1', v FROM unnest($1) AS t(v)"],
    ['UNION ALL', "REPLACE INTO things (id, v) SELECT '1', $1 UNION ALL SELECT '3', $1"],
    ['VALUES in FROM', "REPLACE INTO things (id, v) SELECT * FROM (VALUES ('1', $1)) AS t(id, v)"],
    ['UPDATE', "UPDATE things SET v = $1 WHERE id = '1'"],
    ['CASE over the item', "UPDATE things SET v = CASE WHEN id <> '9' THEN $1 END WHERE id = '1'"],
    ['ON CONFLICT', "INSERT INTO things (id) VALUES ('1') ON CONFLICT (id) DO UPDATE SET v = $1"],
  ])('are stored as the AWS SDK stores them, with %s', async (_, sql) => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        // It also expands arrays within arrays.
        fc.pre(!sql.includes('unnest') || !Array.isArray(value));
        await documents.send(new PutCommand({ TableName: 'things', Item: { id: '2', v: value } }));
        await documents.send(new PutCommand({ TableName: 'things', Item: { id: '1' } }));
        await db.query(sql, [sql.includes('unnest') ? [value] : value]);
        expect(await stored('1')).toEqual(await stored('2'));
      }),
      { numRuns: 40 },
    );
  });
});

describe('parameters', () => {
  beforeAll(() =>
    database.add({
      name: 'parts',
      key: ['id:S'],
      items: [1, 2, 3].map((i) => ({
        id: { S: `p${i}` },
        n: { N: String(i * 10) },
        bin: { B: Buffer.of(i).toString('base64') },
        tags: { SS: ['a', `t${i}`] },
        doc: { M: { a: { N: String(i) }, s: { SS: ['x'] }, b: { B: 'AQ==' } } },
      })),
    }),
  );

  it.each<[sql: string, values: Parameters<Connection['query']>[1], ids: readonly string[]]>([
    ['bin = ANY($1)', [[toBytes(1), Buffer.of(3)]], ['p1', 'p3']],
    ['bin = ANY($1)', [['\\x02']], ['p2']],
    ['bin = ANY($1)', [new Set([toBytes(2)])], ['p2']],
    ['bin <> ALL($1)', [[toBytes(1), toBytes(2)]], ['p3']],
    ['n = ANY($1)', [new Int32Array([10, 20])], ['p1', 'p2']],
    ['n = ANY($1)', [new BigInt64Array([30n])], ['p3']],
    ['n = ANY($1)', [['10', '30']], ['p1', 'p3']],
    ['tags = $1', [new Set(['t2', 'a'])], ['p2']],
    ['tags = ANY($1)', [[new Set(['t3', 'a']), new Set(['t1', 'a'])]], ['p1', 'p3']],
    ['tags @> $1', [new Set(['t1'])], ['p1']],
    [
      'doc = $1',
      [
        new Map<string, unknown>([
          ['s', new Set(['x'])],
          ['b', toBytes(1)],
          ['a', 2n],
        ]),
      ],
      ['p2'],
    ],
    ['doc @> $1', [{ a: 3 }], ['p3']],
    ['doc ?| $1', [['q', 'a']], ['p1', 'p2', 'p3']],
    ['doc #>> $1 = $2', [['a'], '2'], ['p2']],
    ['n = $1 * 10', ['2'], ['p2']],
    ['n - $1 > $2', ['5', '10'], ['p2', 'p3']],
    ['n = round($1, 0)', ['19.6'], ['p2']],
  ])('find the items where %s %j', async (condition, values, ids) => {
    const { rows } = await db.query(`SELECT id FROM parts WHERE ${condition} ORDER BY id`, values);
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['SELECT $1 + 1 AS r', ['5'], 6],
    ["SELECT '5' + 1 AS r", [], 6],
    ['SELECT abs($1) AS r', ['-5'], 5],
    ["SELECT $1 - interval '1 day' AS r", [new Date(86_400_000)], new Date(0)],
    ["SELECT m->>'c' AS r FROM (SELECT $1 AS m) s", [{ c: 1n }], '1'],
    [
      'SELECT $1 AS r',
      [{ b: toBytes(1), s: new Set(['z']), n: 10n ** 20n }],
      { b: 'AQ==', s: ['z'], n: 10n ** 20n },
    ],
    ['SELECT to_json(ARRAY[1e-100, 1]) AS r', [], [1e-100, 1]],
    [
      "SELECT CASE WHEN id = 'p1' THEN $1 ELSE doc END AS r FROM parts WHERE id = 'p1'",
      [[1e-100, 5]],
      [1e-100, 5],
    ],
    [
      "SELECT CASE WHEN id = 'p1' THEN ARRAY[ARRAY[1e-100, 5]] END AS r FROM parts WHERE id = 'p1'",
      [],
      [[1e-100, 5]],
    ],
    ["SELECT tags::jsonb || ARRAY[1e-100] AS r FROM parts WHERE id = 'p3'", [], ['a', 't3', 1e-100]],
    [
      'SELECT count(*) AS r FROM unnest($1, $2) AS t(a, b) WHERE a::text = b',
      [
        [1, 2, 3],
        ['1', 'x', '3'],
      ],
      2,
    ],
  ])('compute %s', async (sql, values, result) => {
    expect((await db.query(sql, values)).rows).toEqual([{ r: result }]);
  });

  it('merge into documents without changing other members', async () => {
    const kept = { s: { SS: ['x'] }, b: { B: '01' } };
    await db.query("UPDATE parts SET doc = doc || $1 WHERE id = 'p1'", [{ a: new Set([1]), d: new Date(0) }]);
    const { Item } = await sdk.send(new GetItemCommand({ TableName: 'parts', Key: { id: { S: 'p1' } } }));
    expect(sortSets(Item?.['doc'])).toEqual({
      M: { ...kept, a: { NS: ['1'] }, d: { S: '1970-01-01T00:00:00.000Z' } },
    });
  });

  it('become a set without duplicates in a column of sets', async () => {
    await db.query("UPDATE parts SET tags = $1 WHERE id = 'p2'", [['x', 'y', 'x']]);
    const { Item } = await sdk.send(new GetItemCommand({ TableName: 'parts', Key: { id: { S: 'p2' } } }));
    expect(sortSets(Item?.['tags'])).toEqual({ SS: ['x', 'y'] });
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  it.each<[object, string]>([
    [new Date(Number.NaN), 'an invalid Date'],
    [{ n: Number.NaN }, 'NaN, which DynamoDB numbers cannot hold'],
    [new Set([1, 'a']), 'a Set whose members are not all strings, all numbers or all bytes'],
    [new Set([Number.POSITIVE_INFINITY]), 'Infinity, which DynamoDB numbers cannot hold'],
    [new Map([[1, 2]]), 'a Map with a key that is a number'],
    [cyclic, 'an object that contains itself'],
    [Promise.resolve(1), 'an object of the class Promise'],
    [/x/, 'an object of the class RegExp'],
    [{ f: () => 1 }, 'a function'],
    [{ text: '\ud800' }, 'a string with half of a surrogate pair'],
  ])('refuse %p', async (value, reason) => {
    await expect(db.query("REPLACE INTO things (id, v) VALUES ('9', $1)", [value])).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
      sqlState: '22P02',
      message: expect.stringContaining(reason),
    });
  });

  it('name the error of a getter', async () => {
    const value = {
      get a(): number {
        throw new Error('not now');
      },
    };
    await expect(db.query("REPLACE INTO things (id, v) VALUES ('9', $1)", [value])).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
      message: 'invalid value for parameter $1: an object that cannot be read: not now',
    });
  });
});
