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
  await database.add({ name: 'things', key: ['id:S'], items: [] });
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
