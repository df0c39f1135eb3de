import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { formatJsonb, parseJson } from '../../src/sql/types/json-text.ts';
import { addMarks } from '../../src/sql/types/document-marks.ts';
import { sortNumbers, sortStrings } from '../../src/sql/types/set-order.ts';
import { itemToPlainJson, toPlainJson, toPlainValue } from '../../src/sql/types/plain-document.ts';
import { isSameValue } from '../../src/sql/write/same-value.ts';
import { documentArb } from '../support/documents.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

type Members = Readonly<Record<string, AttributeValue>>;

/** Statements that write the document of item `$1`, by the item they write to, and the document that must be there. */
const REWRITES: readonly (readonly [
  sql: string,
  id: string,
  expected: (members: Members) => AttributeValue,
])[] = [
  ["UPDATE docs SET doc = jsonb_set(doc::jsonb, '{touched}', '2') WHERE id = $1", '1', touched('2')],
  [
    'UPDATE docs SET doc = doc::jsonb || \'{"touched": 0.12345678901234567890123}\' WHERE id = $1',
    '1',
    touched('0.12345678901234567890123'),
  ],
  ["UPDATE docs SET doc = doc::jsonb - 'touched' WHERE id = $1", '1', untouched],
  ["UPDATE docs SET doc = doc::jsonb #- '{touched}' WHERE id = $1", '1', untouched],
  ["UPDATE docs SET doc = coalesce(doc, '{}') WHERE id = $1", '1', whole],
  [
    "UPDATE docs SET doc = CASE WHEN doc->>'touched' = '1' THEN doc::jsonb || '{\"touched\":2}' ELSE doc::jsonb END WHERE id = $1",
    '1',
    touched('2'),
  ],
  ['UPDATE docs SET doc = (SELECT o.doc FROM docs o WHERE o.id = docs.id) WHERE id = $1', '1', whole],
  [
    'UPDATE docs SET doc = (WITH c AS (SELECT id, doc AS d FROM docs) SELECT d FROM c WHERE c.id = docs.id) WHERE id = $1',
    '1',
    whole,
  ],
  ["UPDATE docs SET doc = NULLIF(doc, '{}') WHERE id = $1", '1', whole],
  [
    "UPDATE docs SET doc = json_build_object('inner', doc, 'touched', 1) WHERE id = $1",
    '1',
    (members) => ({ M: { inner: { M: members }, touched: { N: '1' } } }),
  ],
  ["INSERT INTO docs (id, doc) SELECT '2', doc::jsonb - 'touched' FROM docs WHERE id = $1", '2', untouched],
  [
    "INSERT INTO docs (id, doc) SELECT '2', doc FROM docs WHERE id = $1 UNION SELECT '3', '{}'::json",
    '2',
    whole,
  ],
  ["INSERT INTO docs (id, doc) SELECT DISTINCT '2', doc FROM docs WHERE id = $1", '2', whole],
  ["INSERT INTO docs (id, doc) SELECT '2', doc FROM docs WHERE id = $1 GROUP BY doc", '2', whole],
  ["INSERT INTO docs (id, doc) SELECT '2', json_agg(doc)->0 FROM docs WHERE id = $1", '2', whole],
  [
    "INSERT INTO docs (id, doc) SELECT '2', d FROM (SELECT id, doc AS d FROM docs OFFSET 0) s WHERE id = $1",
    '2',
    whole,
  ],
  ["INSERT INTO docs (id, doc) SELECT '2', doc FROM docs_view WHERE id = $1 LIMIT 1", '2', whole],
  [
    "REPLACE INTO docs (id, doc) SELECT '2', jsonb_set(doc::jsonb, '{touched}', '2') FROM docs WHERE id = $1",
    '2',
    touched('2'),
  ],
  [
    'INSERT INTO docs (id, doc) SELECT id, \'{"touched":2}\'::json FROM docs WHERE id = $1 ON CONFLICT (id) DO UPDATE SET doc = docs.doc::jsonb || excluded.doc::jsonb',
    '1',
    touched('2'),
  ],
  [
    "INSERT INTO docs (id, doc) SELECT 'other', doc FROM docs WHERE id = $1 ON CONFLICT (id) DO UPDATE SET doc = coalesce(excluded.doc, docs.doc)",
    'other',
    whole,
  ],
  [
    "UPDATE docs SET doc = jsonb_insert(doc::jsonb, '{new}', '3') WHERE id = $1",
    '1',
    (members) => ({ M: { ...members, new: { N: '3' } } }),
  ],
  [
    "UPDATE docs SET doc = jsonb_set(doc::jsonb, '{touched}', doc::jsonb->'m0') WHERE id = $1",
    '1',
    (members) => ({ M: { ...members, touched: members['m0'] ?? { NULL: true } } }),
  ],
  [
    "UPDATE docs SET doc = (doc::jsonb)['m0'] WHERE id = $1",
    '1',
    (members) => members['m0'] ?? { NULL: true },
  ],
  ['UPDATE docs SET doc = ARRAY[doc] WHERE id = $1', '1', (members) => ({ L: [{ M: members }] })],
  [
    "UPDATE docs SET doc = s.doc FROM (SELECT id, doc::jsonb - 'touched' AS doc FROM docs) s WHERE s.id = docs.id AND docs.id = $1",
    '1',
    untouched,
  ],
  ['UPDATE docs SET (doc) = (SELECT o.doc FROM docs o WHERE o.id = docs.id) WHERE id = $1', '1', whole],
  [
    'MERGE INTO docs USING (SELECT id AS i, doc AS d FROM docs WHERE id = $1) s ON docs.id = s.i WHEN MATCHED THEN UPDATE SET doc = s.d::jsonb || \'{"touched":2}\'',
    '1',
    touched('2'),
  ],
  [
    "WITH read AS (SELECT doc AS d FROM docs WHERE id = $1) INSERT INTO docs (id, doc) SELECT '2', d FROM read",
    '2',
    whole,
  ],
  [
    "INSERT INTO docs (id, doc) SELECT '2', jsonb_object_agg(m.key, m.value) FROM docs d, jsonb_each(d.doc::jsonb) m WHERE d.id = $1 AND m.key <> 'touched'",
    '2',
    untouched,
  ],
  ["INSERT INTO docs (id, doc) SELECT '2', (array_agg(doc))[1] FROM docs WHERE id = $1", '2', whole],
  [
    "INSERT INTO docs (id, doc) SELECT '2', to_jsonb(s) FROM (SELECT doc AS inner FROM docs WHERE id = $1) s",
    '2',
    (members) => ({ M: { inner: { M: members } } }),
  ],
  [
    "INSERT INTO docs (id, doc) SELECT '2', row_to_json(ROW(doc, 1)) FROM docs WHERE id = $1",
    '2',
    (members) => ({ M: { f1: { M: members }, f2: { N: '1' } } }),
  ],
  [
    "INSERT INTO docs (id, doc) SELECT '2', first_value(doc) OVER (ORDER BY id) FROM docs WHERE id = $1",
    '2',
    whole,
  ],
];

/** Statements that convert the document of item '1' to text and back. */
const THROUGH_TEXT: readonly string[] = [
  "UPDATE docs SET doc = doc::text::json WHERE id = '1'",
  "UPDATE docs SET doc = replace(doc::text, 'x', 'y')::jsonb WHERE id = '1'",
  "UPDATE docs SET doc = (doc->>'m0')::jsonb WHERE id = '1'",
  "UPDATE docs SET doc = (SELECT t::json FROM (SELECT doc::text AS t FROM docs WHERE id = '1') s) WHERE id = '1'",
  "INSERT INTO docs (id, doc) SELECT '2', t::json FROM (SELECT doc::text AS t FROM docs WHERE id = '1') s",
];

function whole(members: Members): AttributeValue {
  return { M: members };
}

function untouched(members: Members): AttributeValue {
  return { M: Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'touched')) };
}

function touched(digits: string): (members: Members) => AttributeValue {
  return (members) => ({ M: { ...members, touched: { N: digits } } });
}

/** Documents with a member that statements change. */
const membersArb: fc.Arbitrary<Members> = fc
  .array(documentArb, { minLength: 1, maxLength: 4 })
  .map((values) => ({
    ...Object.fromEntries(values.map((value, i) => [`m${i}`, value])),
    touched: { N: '1' },
  }));

describe('a document that a statement rewrites', () => {
  let database: TestDatabase;
  let connection: Connection;
  let sdk: DynamoDBClient;
  const folder = mkdtempSync(join(tmpdir(), 'dynadbc-documents-'));
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({
      name: 'docs',
      key: ['id:S'],
      items: [{ id: { S: 'other' }, doc: { M: { x: { N: '1' } } } }],
    });
    connection = await database.open();
    await connection.query('CREATE VIEW docs_view AS SELECT id, doc FROM docs');
    sdk = new DynamoDBClient({
      endpoint: database.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
    });
  });
  afterAll(async () => {
    sdk.destroy();
    rmSync(folder, { recursive: true });
    await database.close();
  });

  /** The document as the AWS SDK reads it. */
  const readDocument = async (id: string): Promise<AttributeValue> => {
    const { Item } = await sdk.send(new GetItemCommand({ TableName: 'docs', Key: { id: { S: id } } }));
    return withoutBytes(Item?.['doc']);
  };
  const store = async (members: Members): Promise<void> => {
    await database.client.putItems('docs', [{ id: { S: '1' }, doc: { M: members } }]);
  };

  it.each(REWRITES)('keeps every value that the statement does not name: %s', async (sql, id, expected) => {
    await fc.assert(
      fc.asyncProperty(membersArb, async (members) => {
        await store(members);
        if (id === '2') await connection.query("DELETE FROM docs WHERE id = '2'");
        await connection.query("DELETE FROM docs WHERE id = '3'");
        expect((await connection.query(sql, ['1'])).rowCount).toBeGreaterThan(0);
        const stored = await readDocument(id);
        expectSameValue(stored, expected(members));
      }),
      { numRuns: 5 },
    );
  });

  it.each(THROUGH_TEXT)('is refused rather than stored without its sets: %s', async (sql) => {
    const members: Members = { m0: { M: { tags: { SS: ['a', 'b'] } } }, bytes: { B: 'AQI=' } };
    await store(members);
    await connection.query("DELETE FROM docs WHERE id = '2'");
    await expect(connection.query(sql)).rejects.toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
      message: 'cannot keep the sets and binary values of a document through this function',
    });
    expectSameValue(await readDocument('1'), { M: members });
    await store({ m0: { S: '{"a":1}' }, touched: { N: '1' } });
    await connection.query(sql);
  });

  it('is read as the SDK reads it, on every path', async () => {
    await fc.assert(
      fc.asyncProperty(membersArb, async (members) => {
        await store(members);
        const expected = toPlainValue(await readDocument('1'));
        for (const where of ["id = '1'", "id || '' = '1'"]) {
          const { rows } = await connection.query(`SELECT doc FROM docs WHERE ${where}`);
          expect(rows[0]?.['doc']).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is exported with every digit, and loaded again with them', async () => {
    const file = join(folder, 'docs');
    const queries = ["SELECT * FROM docs WHERE id = '1'", "SELECT id, doc FROM docs WHERE id || '' = '1'"];
    await fc.assert(
      fc.asyncProperty(membersArb, fc.constantFrom(...queries), async (members, query) => {
        await store(members);
        const item: AttributeMap = { id: { S: '1' }, doc: { M: members } };
        await connection.query(`COPY (${query}) TO '${file}.ndjson' WITH (OVERWRITE true)`);
        expect(normalize(readFileSync(`${file}.ndjson`, 'utf8'))).toBe(
          normalize(itemToPlainJson(sortSets(item))),
        );
        await connection.query(`COPY (${query}) TO '${file}.json' WITH (OVERWRITE true)`);
        expect(normalize(readFileSync(`${file}.json`, 'utf8'))).toBe(
          normalize(`[${itemToPlainJson(sortSets(item))}]`),
        );
        await connection.query(
          `COPY (${query}) TO '${file}.dynamo' WITH (FORMAT dynamodb_json, OVERWRITE true)`,
        );
        const { Item } = JSON.parse(readFileSync(`${file}.dynamo`, 'utf8'));
        expectSameValue({ M: Item }, { M: item });
        await connection.query("DELETE FROM docs WHERE id = '1'");
        await connection.query(`COPY docs FROM '${file}.ndjson'`);
        expect(normalize(toPlainJson(await readDocument('1')))).toBe(
          normalize(toPlainJson({ M: sortSets(members) })),
        );
      }),
      { numRuns: 25 },
    );
  });
});

/** Sets have no order; a difference is shown whole. */
function expectSameValue(found: AttributeValue, expected: AttributeValue): void {
  expect(isSameValue(found, expected) ? expected : found).toEqual(expected);
}

/** JSON in one form, with every digit. */
function normalize(json: string): string {
  return formatJsonb(parseJson(addMarks(json)));
}

/** Sets in the order in which they are shown. */
function sortSets(item: Members): Members {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, sortSet(value)]));
}

function sortSet(value: AttributeValue): AttributeValue {
  if ('SS' in value) return { SS: sortStrings(value.SS) };
  if ('BS' in value) return { BS: sortStrings(value.BS) };
  if ('NS' in value) return { NS: sortNumbers(value.NS) };
  if ('L' in value) return { L: value.L.map(sortSet) };
  return 'M' in value ? { M: sortSets(value.M) } : value;
}

/** The SDK's value with base64 for bytes. */
function withoutBytes(value: unknown): AttributeValue {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      isBytes(inner) ? Buffer.from(Object.values(inner)).toString('base64') : inner,
    ),
  );
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
