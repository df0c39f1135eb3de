import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/program.ts';
import { connect } from '../../src/index.ts';
import type { Connection } from '../../src/session/connection.ts';
import { parseDocument } from '../../src/sql/types/json-text.ts';
import type { Value } from '../../src/sql/types/value.ts';
import { fakeIo } from '../doubles/fake-io.ts';
import { readCsv } from '../support/read-csv.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

type Parameter = string | number;

interface Case {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

const CASES: readonly Case[] = [
  { sql: "SELECT * FROM things WHERE id = 'a'", parameters: [] },
  { sql: 'SELECT id, n FROM things WHERE id = $1', parameters: ['b'] },
  { sql: 'SELECT id, t, n, f, ok, big, digits, doc, tags, nothing FROM things ORDER BY id', parameters: [] },
  { sql: 'SELECT id FROM things WHERE n > ? ORDER BY id', parameters: [1] },
  { sql: "SELECT id FROM things WHERE id = 'missing'", parameters: [] },
  {
    sql: 'SELECT count(*) AS n, sum(n) AS "the sum", max(t) AS "a ""b""", NULL AS nothing FROM things',
    parameters: [],
  },
  {
    sql: "SELECT t AS quoted, t || E'\\n' AS lines FROM things WHERE t IS NOT NULL ORDER BY id",
    parameters: [],
  },
  { sql: 'SELECT i FROM generate_series(1, 5000) AS s(i)', parameters: [] },
];

/** A row as a surface without types shows it: everything but strings as JSON. */
type Surface = (testCase: Case) => Promise<readonly (readonly unknown[])[]>;

let database: TestDatabase;
let db: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.add({
    name: 'things',
    key: ['id:S'],
    items: [
      {
        id: { S: 'a' },
        t: { S: 'say "hi", \u{1F600}\r\n;' },
        n: { N: '1' },
        f: { N: '0.1' },
        ok: { BOOL: true },
        big: { N: '9007199254740993' },
        digits: { N: '12345678901234567890.123456789012345678' },
        doc: { M: { x: { L: [{ N: '1' }, { N: '9007199254740993' }, { NULL: true }] } } },
        tags: { SS: ['red'] },
        nothing: { NULL: true },
      },
      { id: { S: 'b' }, n: { N: '2' }, t: { S: '' } },
      { id: { S: 'c' }, n: { N: '-3' }, ok: { BOOL: false }, doc: { M: {} } },
    ],
  });
  db = await database.open();
});
afterAll(() => database.close());

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const arrays = { rowMode: 'array' } as const;
const byApi: Readonly<Record<string, Surface>> = {
  'a query': async ({ sql, parameters }) => (await db.query<Value[]>(sql, parameters, arrays)).rows,
  'a query with objects': async ({ sql, parameters }) => {
    const { rows, columns } = await db.query(sql, parameters);
    return rows.map((row) => columns.map(({ name }) => row[name]));
  },
  'a stream': async ({ sql, parameters }) => collect(await db.stream<Value[]>(sql, parameters, arrays)),
  'a stream of objects': async ({ sql, parameters }) => {
    const stream = await db.stream(sql, parameters);
    return (await collect(stream)).map((row) => stream.columns.map(({ name }) => row[name]));
  },
  batches: async ({ sql, parameters }) =>
    (await collect((await db.stream(sql, parameters)).batches())).flat(),
  'a prepared statement': async ({ sql, parameters }) => {
    await using statement = await db.prepare(sql);
    return (await statement.query<Value[]>(parameters, arrays)).rows;
  },
  "a prepared statement's stream": async ({ sql, parameters }) => {
    await using statement = await db.prepare(sql);
    return await collect(await statement.stream<Value[]>(parameters, arrays));
  },
};

/** Returns the output of the command line for a case. */
async function runQuery({ sql, parameters }: Case, format: string): Promise<string> {
  const io = fakeIo({ connect: (string) => connect(string), env: { DYNADBC_CONNECTION: database.string() } });
  const options = parameters.flatMap((value) => ['--param', String(value)]);
  const status = await runCli(['query', sql, '--format', format, ...options], io);
  expect([status, io.stderr.text()]).toEqual([0, '']);
  return io.stdout.text();
}

const columnNames = async (sql: string): Promise<readonly string[]> =>
  (await db.prepare(sql)).columns.map(({ name }) => name);

/** Parses JSON, but keeps every digit of its numbers. */
function parseJson(text: string): Value {
  return parseDocument(text);
}

function getMembers(value: Value, names: readonly string[]): unknown[] {
  const object = new Map(Object.entries(value ?? {}));
  return names.map((name) => object.get(name));
}

const byJson: Readonly<Record<string, Surface>> = {
  'the command line as json': async (testCase) => {
    const names = await columnNames(testCase.sql);
    const rows = parseJson(await runQuery(testCase, 'json'));
    return Array.isArray(rows) ? rows.map((row: Value) => getMembers(row, names)) : [];
  },
  'the command line as ndjson': async (testCase) => {
    const names = await columnNames(testCase.sql);
    const lines = (await runQuery(testCase, 'ndjson')).split('\n').filter((line) => line !== '');
    return lines.map((line) => getMembers(parseJson(line), names));
  },
};

describe.each(CASES)('$sql', (testCase) => {
  let expected: readonly (readonly unknown[])[];
  beforeAll(async () => {
    expected = (await db.query<Value[]>(testCase.sql, testCase.parameters, arrays)).rows;
  });

  it.each(Object.entries(byApi))('returns the same rows through %s', async (_, surface) => {
    expect(await surface(testCase)).toEqual(expected);
  });

  it.each(Object.entries(byJson))('returns the same rows through %s', async (_, surface) => {
    expect(await surface(testCase)).toEqual(expected);
  });

  it('returns the same rows through the command line as CSV', async () => {
    const [header, ...rows] = readCsv(await runQuery(testCase, 'csv'));
    expect(header?.map((name) => name ?? '')).toEqual(await columnNames(testCase.sql));
    expect(rows).toEqual(expected.map((row) => row.map(formatCsvField)));
  });
});

/** Formats a CSV field: strings unchanged, NULL as an empty field, anything else as JSON. */
function formatCsvField(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  return toCanonicalJson(value);
}

function toCanonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${toCanonicalJson(member)}`)
    .join(',')}}`;
}
