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

interface Question {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

const QUESTIONS: readonly Question[] = [
  { sql: "SELECT * FROM things WHERE id = 'a'", parameters: [] },
  { sql: 'SELECT id, n FROM things WHERE id = $1', parameters: ['b'] },
  { sql: 'SELECT id, t, n, f, ok, big, digits, doc, tags, nothing FROM things ORDER BY id', parameters: [] },
  { sql: 'SELECT id FROM things WHERE n > ? ORDER BY id', parameters: [1] },
  { sql: "SELECT id FROM things WHERE id = 'nobody'", parameters: [] },
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

/** A row as a surface without types can show it: documents and all that is no text as JSON. */
type Surface = (question: Question) => Promise<readonly (readonly unknown[])[]>;

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

/** What the command line prints for a question. */
async function printed({ sql, parameters }: Question, format: string): Promise<string> {
  const io = fakeIo({ connect: (string) => connect(string), env: { DYNADBC_CONNECTION: database.string() } });
  const given = parameters.flatMap((value) => ['--param', String(value)]);
  const status = await runCli(['query', sql, '--format', format, ...given], io);
  expect([status, io.stderr.text()]).toEqual([0, '']);
  return io.stdout.text();
}

const columnNames = async (sql: string): Promise<readonly string[]> =>
  (await db.prepare(sql)).columns.map(({ name }) => name);

/** JSON as other programs read it, but with every digit of its numbers. */
function fromJson(text: string): Value {
  return parseDocument(text);
}

function membersOf(value: Value, names: readonly string[]): unknown[] {
  const object = new Map(Object.entries(value ?? {}));
  return names.map((name) => object.get(name));
}

const byJson: Readonly<Record<string, Surface>> = {
  'the command line as json': async (question) => {
    const names = await columnNames(question.sql);
    const rows = fromJson(await printed(question, 'json'));
    return Array.isArray(rows) ? rows.map((row: Value) => membersOf(row, names)) : [];
  },
  'the command line as ndjson': async (question) => {
    const names = await columnNames(question.sql);
    const lines = (await printed(question, 'ndjson')).split('\n').filter((line) => line !== '');
    return lines.map((line) => membersOf(fromJson(line), names));
  },
};

describe.each(QUESTIONS)('$sql', (question) => {
  let expected: readonly (readonly unknown[])[];
  beforeAll(async () => {
    expected = (await db.query<Value[]>(question.sql, question.parameters, arrays)).rows;
  });

  it.each(Object.entries(byApi))('is answered alike by %s', async (_, surface) => {
    expect(await surface(question)).toEqual(expected);
  });

  it.each(Object.entries(byJson))('is answered alike by %s', async (_, surface) => {
    expect(await surface(question)).toEqual(expected);
  });

  it('is answered alike by the command line as csv', async () => {
    const [header, ...rows] = readCsv(await printed(question, 'csv'));
    expect(header?.map((name) => name ?? '')).toEqual(await columnNames(question.sql));
    expect(rows).toEqual(expected.map((row) => row.map(asField)));
  });
});

/** A value as a field of CSV: text as it is, NULL as nothing, the rest as JSON. */
function asField(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  return jsonOf(value);
}

function jsonOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonOf(member)}`)
    .join(',')}}`;
}
