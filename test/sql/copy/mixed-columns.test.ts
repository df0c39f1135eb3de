import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { numberArb } from '../../support/documents.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let folder: string;
let next = 0;
beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open();
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-mixed-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

/** A table whose column `v` has these values, and the two that make it one of several types. */
async function mixedTable(values: readonly AttributeValue[]): Promise<string> {
  const name = `mixed${++next}`;
  const all: readonly AttributeValue[] = [{ S: 'text' }, { N: '1' }, ...values];
  const items = all.map((v, i) => ({ id: { S: String(i).padStart(3, '0') }, v }));
  await database.add({ name, key: ['id:S'], items });
  return name;
}

async function readItems(name: string): Promise<readonly AttributeMap[]> {
  const body = await database.client.read('Scan', { TableName: name, ConsistentRead: true }, newReadStats());
  const { Items: items }: { readonly Items: readonly AttributeMap[] } = JSON.parse(body.toString());
  return items.toSorted((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1));
}

const ZIPS: readonly AttributeValue[] = [
  { S: 'SW1A 1AA' },
  { N: '2134' },
  { S: '02134' },
  { S: '2134' },
  { S: 'a "b", c\n' },
  { S: '"' },
  { BOOL: true },
  { S: 'true' },
  { N: '0.12345678901234567890123' },
  { M: { a: { S: 'b' } } },
  { S: '{"a":"b"}' },
  { L: [{ N: '1' }] },
];

const FORMATS: readonly (readonly [string, string])[] = [
  ['csv', 'FORMAT csv, HEADER'],
  ['txt', 'FORMAT text'],
  ['tsv', 'FORMAT text, HEADER'],
  ['ndjson', 'FORMAT ndjson'],
  ['json', 'FORMAT json'],
  ['ddb.json', 'FORMAT dynamodb_json'],
  ['parquet', 'FORMAT parquet'],
];

describe('a column of several types in a file', () => {
  it('has its text, with quotes only where it would be read as something else', async () => {
    const name = await mixedTable(ZIPS);
    const file = join(folder, 'zips.txt');
    await db.query(`COPY (SELECT v FROM ${name} ORDER BY id) TO '${file}' WITH (FORMAT text)`);
    expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toEqual([
      'text',
      '1',
      'SW1A 1AA',
      '2134',
      '02134',
      '"2134"',
      'a "b", c\\n',
      '"',
      'true',
      '"true"',
      '0.12345678901234567890123',
      '{"a":"b"}',
      '"{\\\\"a\\\\":\\\\"b\\\\"}"',
      '[1]',
    ]);
  });

  it.each(FORMATS)('comes back from %s', async (extension, options) => {
    const values = fc.oneof<fc.Arbitrary<AttributeValue>[]>(
      fc.constantFrom(...ZIPS),
      fc.string({ unit: 'grapheme' }).map((S) => ({ S })),
      fc.integer().map((N) => ({ N: String(N) })),
      fc.tuple(fc.integer(), fc.integer({ min: 1, max: 30 })).map(([n, e]) => ({ S: `${n}e${e}` })),
      fc.boolean().map((BOOL) => ({ BOOL })),
      fc
        .constantFrom('null', '', ' ', '1 ', ' 1', '\\N', '-0', '1E5', '1.0', '.5', '[', '"a', '\\"')
        .map((S) => ({ S })),
      numberArb.map((N) => ({ N })),
      fc
        .dictionary(
          fc.constantFrom('a', 'b'),
          fc.oneof(
            numberArb.map((N) => ({ N })),
            fc.string().map((S) => ({ S })),
          ),
        )
        .map((M) => ({ M })),
      fc
        .array(
          numberArb.map((N) => ({ N })),
          { maxLength: 3 },
        )
        .map((L) => ({ L })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 15 }), async (each) => {
        const [name, copy] = [await mixedTable(each), await mixedTable([])];
        for (const select of [name, `(SELECT id, v FROM ${name} ORDER BY v)`]) {
          const file = join(folder, `${++next}.${extension}`);
          await db.query(`COPY ${select} TO '${file}' WITH (${options})`);
          await db.query(`COPY ${copy} (id, v) FROM '${file}' WITH (${options})`);
          expect(await readItems(copy)).toEqual(await readItems(name));
        }
      }),
      { numRuns: 5 },
    );
  });
});
