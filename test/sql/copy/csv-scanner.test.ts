import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnDef } from '../../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { Page } from '../../../src/dynamo/lane/page.ts';
import { diskFiles } from '../../../src/host/node/disk-files.ts';
import { copy } from '../../../src/sql/copy/copy.ts';
import { createCsvScanner } from '../../../src/sql/copy/csv-scanner.ts';
import { parseCopyOptions } from '../../../src/sql/copy/options.ts';
import { openEngine } from '../../../src/sql/engine/engine.ts';
import type { SessionContext } from '../../../src/sql/exec/context.ts';
import { newStatement } from '../../../src/sql/exec/sampling-budget.ts';
import { createTransactionBlock } from '../../../src/sql/exec/transaction-block.ts';
import { parseQuery, parseStatement } from '../../../src/sql/parse/parse.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import {
  createTestDatabaseContext,
  createTestSession,
  startTestDatabase,
  type TestDatabase,
} from '../../support/test-database.ts';

let testDatabase: TestDatabase;
let database: ReturnType<typeof createTestDatabaseContext>;
let session: SessionContext;
let written: Buffer[] = [];
let page: Page;

/** The types of the columns; items of the tests may have other values. */
const SAMPLE: AttributeMap = {
  id: { S: 'a' },
  text: { S: 'x' },
  whole: { N: '1' },
  fraction: { N: '1.5' },
  float: { N: '1e-90' },
  digits: { N: '1234567890123456789012345678901234567.1' },
  yes: { BOOL: true },
  bytes: { B: 'AQID' },
  map: { M: { a: { S: 'x' } } },
  'odd "name", é': { L: [] },
};

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  await testDatabase.add({ name: 'samples', key: ['id:S'], items: [SAMPLE] });
  database = createTestDatabaseContext(testDatabase.client, PUSHDOWN_RULES);
  // Each statement sees the same columns.
  const sharedCatalog = { ...database.sharedCatalog, learn: () => undefined };
  session = createTestSession(
    { ...database, sharedCatalog },
    {
      files: {
        disk: {
          ...diskFiles,
          draft: async (path) => ({
            path,
            write: async (bytes) => {
              written.push(Buffer.from(bytes));
            },
            finish: () => Promise.resolve(),
            discard: () => Promise.resolve(),
          }),
        },
        engine: () => openEngine({}),
        clock: { now: () => 0, wait: () => Promise.resolve() },
      },
    },
  );
});

afterAll(async () => {
  await database.close();
  await testDatabase.close();
});

function pageOf(json: string): Page {
  const items: readonly AttributeMap[] = JSON.parse(json);
  return { items: Buffer.from(json), count: items.length, scannedCount: items.length, consumed: [] };
}

async function fileOf(query: string, options: string): Promise<string> {
  written = [];
  const parsed = await parseStatement(`COPY (${query}) TO 'rows.csv' WITH (FORMAT csv${options})`);
  if (parsed.kind !== 'command') throw new Error('not a command');
  const context = newStatement(session, session.defaults, createTransactionBlock()).derive({
    overrideRows: () => page,
  });
  const running = await copy.run(parsed, [], context, new AbortController().signal);
  await running.close();
  return Buffer.concat(written).toString();
}

/** What rows of JavaScript values become: a LIMIT asks for those. */
function byRows(query: string, options: string): Promise<string> {
  return fileOf(`${query} LIMIT 1000000`, options);
}

const PIECES = [
  ',',
  ';',
  '"',
  '\n',
  '\r',
  '\\',
  '\\.',
  '\t',
  '|',
  '\u0001',
  '\u007f',
  '\u2028',
  'é',
  '湖',
  '😀',
  'a',
  'NULL',
  '',
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.constantFrom('x'.repeat(70), '[]', '1', 't', 'null'),
);
const digits = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '0.5',
    '-0.5',
    '0.05',
    '0.0000001',
    '1.50',
    '100',
    '1E+3',
    '1e-90',
    '15E-1',
    '007',
  ),
  fc.constantFrom('9007199254740993', '999999999999999', '123456789012345678', '9223372036854775808'),
  fc.constantFrom(
    '12345678901234567890123456789012345678',
    '123456789012.345',
    '1234567890123.456',
    '-1234567890.1234',
  ),
  fc.integer().map(String),
);
const base64 = fc.constantFrom('', 'AQID', '/+8=');
const name = fc.oneof(fc.constantFrom('a', 'b c', '10', '2', '__proto__', 'x"y', 'é', ''), text);
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text.map((S) => ({ S })),
    digits.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    base64.map((B) => ({ B })),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.array(digits, { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
    fc.array(base64, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 3 })
      .map((members) => ({ M: Object.fromEntries(members) })),
  ),
}));
const attribute = fc.constantFrom(...Object.keys(SAMPLE), 'unknown', 'un"known');
const items = fc.array(
  fc
    .array(fc.tuple(attribute, value), { maxLength: 12 })
    .map((entries): AttributeMap => Object.fromEntries(entries)),
  { minLength: 1, maxLength: 5 },
);
const options = fc.constantFrom(
  '',
  ', HEADER',
  ", DELIMITER ';'",
  ", DELIMITER '|', NULL 'NULL'",
  ", DELIMITER E'\\t', NULL '[]'",
  ", NULL 't'",
  ", DELIMITER '1'",
  ", QUOTE '|'",
  ", ESCAPE '!'",
  ', FORCE_QUOTE (text)',
);
const query = fc.constantFrom(
  'SELECT * FROM samples',
  'SELECT map, text FROM samples',
  'SELECT text FROM samples',
  'SELECT whole AS n, float, digits FROM samples',
  'SELECT text AS one, text AS two FROM samples',
  'SELECT "$item" FROM samples',
);

const column = (name: string, kind: 'text' | 'bigint' | 'boolean' | 'json'): ColumnDef => ({
  name,
  path: [name],
  type: { kind },
  seen: {},
  presence: 1,
});

describe('CSV lines copied from items', () => {
  it('equal the lines of decoded rows, byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(items, query, options, async (some, statement, how) => {
        page = pageOf(JSON.stringify(some));
        const lines = await fileOf(statement, how);
        expect(lines).toBe(await byRows(statement, how));
        page = { ...page, parsed: some };
        expect(lines).toBe(await fileOf(statement, how));
      }),
      { numRuns: 400 },
    );
  });
  it('are the same for JSON that DynamoDB would format differently', async () => {
    const compact = JSON.stringify([SAMPLE, { ...SAMPLE, text: { S: 'é, "' } }, { id: { S: 'c' } }]);
    const spaced = compact.replace('{"id":{"S":"c"}}', ' { "id" : { "S" : "c" } } ');
    const escaped = compact.replaceAll('"text":{"S":"x"}', '"t\\u0065xt":{"S":"\\u0078"}');
    page = pageOf(compact);
    const lines = await fileOf('SELECT * FROM samples', '');
    for (const json of [spaced, escaped]) {
      page = pageOf(json);
      expect(await fileOf('SELECT * FROM samples', '')).toBe(lines);
    }
  });
  it('have each value in its column for a page of many items', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({
      ...(i % 2 === 0 && { whole: { N: String(i) } }),
      text: { S: `${'long '.repeat(i % 40)}${i}` },
      id: { S: `k${i}` },
    }));
    page = pageOf(JSON.stringify(many));
    const lines = (await fileOf('SELECT id, whole, text FROM samples', '')).trimEnd().split('\n');
    expect(lines).toEqual(many.map(({ id, whole, text: { S } }) => `${id.S},${whole?.N ?? ''},${S}`));
  });
  it('are made without decoding strings, short numbers and documents of these', async () => {
    const columns = [
      column('n', 'bigint'),
      column('s', 'text'),
      column('ok', 'boolean'),
      column('doc', 'json'),
    ];
    const scan = createCsvScanner(
      columns,
      parseCopyOptions([], 'a.csv', 'TO', await parseQuery('SELECT 1')),
      () => {
        throw new Error('a string was made');
      },
    );
    const doc: AttributeValue = {
      M: { x: { L: [{ S: 'é' }, { N: '-1.5' }, { NULL: true }] }, y: { SS: ['a', 'b'] } },
    };
    const json = JSON.stringify([{ other: doc, s: { S: 'a, b' }, ok: { BOOL: true }, n: { N: '12' }, doc }]);
    const { bytes, count, isComplete } = scan?.(Buffer.from(json)) ?? {};
    expect([bytes?.toString(), count, isComplete]).toEqual([
      '12,"a, b",t,"{""x"":[""é"",-1.5,null],""y"":[""a"",""b""]}"\n',
      1,
      true,
    ]);
  });
});
