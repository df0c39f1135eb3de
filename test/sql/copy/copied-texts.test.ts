import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SqlType } from '../../../src/catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { TYPE_NAMES, type TypeName } from '../../../src/sql/types/types.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';

/** More digits than any type of DuckDB has: a column of numbers of any digits. */
const WIDE = `1234567890.${'1'.repeat(28)}`;

/** An attribute for each kind of column, and what is printed for it. Only NumberMode=Double makes columns of doubles. */
const STORED: Readonly<
  Record<Exclude<SqlType['kind'], 'double'> | 'wide' | 'nothing', readonly [AttributeValue, string | null]>
> = {
  text: [{ S: 'a "b", é' }, 'a "b", é'],
  bigint: [{ N: '9007199254740993' }, '9007199254740993'],
  hugeint: [{ N: '9'.repeat(38) }, '9'.repeat(38)],
  decimal: [{ N: '10.5' }, '10.5'],
  number: [{ N: '1E-100' }, `0.${'0'.repeat(99)}1`],
  boolean: [{ BOOL: true }, 't'],
  blob: [{ B: 'AP8n' }, '\\x00ff27'],
  timestamptz: [{ S: '2026-01-02T03:04:05.100Z' }, '2026-01-02 03:04:05.1+00'],
  timestamp: [{ S: '2026-01-02T03:04:05' }, '2026-01-02 03:04:05'],
  date: [{ S: '0044-03-15' }, '0044-03-15'],
  json: [{ M: { a: { N: '1.5' }, l: { L: [{ BOOL: true }, { S: 'x' }] } } }, '{"a":1.5,"l":[true,"x"]}'],
  wide: [{ N: WIDE }, WIDE],
  nothing: [{ NULL: true }, null],
};

/** A query for a value of each type, and what is printed for it. */
const VALUES: Readonly<Record<TypeName, readonly [expression: string, text: string | null]>> = {
  text: [`'a "b"'::text`, 'a "b"'],
  'character varying': [`'ab'::varchar(5)`, 'ab'],
  character: [`'ab'::char(2)`, 'ab'],
  name: [`'ab'::name`, 'ab'],
  '"char"': [`(SELECT min(typtype) FROM pg_catalog.pg_type WHERE typname = 'int8')`, 'b'],
  smallint: [`'-7'::smallint`, '-7'],
  integer: [`42`, '42'],
  bigint: [`9007199254740993`, '9007199254740993'],
  oid: [`(SELECT min(oid) FROM pg_catalog.pg_type WHERE typname = 'int8')`, '20'],
  numeric: [`10.50::numeric(10,2)`, '10.50'],
  real: [`1e6::real`, '1e+06'],
  'double precision': [`1e15::float8`, '1e+15'],
  boolean: [`false`, 'f'],
  bytea: [`'\\x00ff'::bytea`, '\\x00ff'],
  json: [`'{"b":1.50, "a":[]}'::json`, '{"b":1.50, "a":[]}'],
  jsonb: [`'{"b":1,"a":[]}'::jsonb`, '{"a": [], "b": 1}'],
  uuid: [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  date: [`date '0044-03-15'`, '0044-03-15'],
  'time without time zone': [`time '01:02:03.500'`, '01:02:03.5'],
  'time with time zone': [`timetz '01:02:03.5+02'`, '01:02:03.5+02'],
  'timestamp without time zone': [`timestamp '2026-01-02 03:04:05.123456'`, '2026-01-02 03:04:05.123456'],
  'timestamp with time zone': [`timestamptz '2026-01-02 03:04:05.1+00'`, '2026-01-02 03:04:05.1+00'],
  interval: [`interval '14 months -1 day 4 hours'`, '1 year 2 mons -1 days +04:00:00'],
  bit: [`'101'::bit(3)`, '101'],
  'bit varying': [`'101'::varbit`, '101'],
  record: [`ROW(4, 'a b', NULL)`, '(4,"a b",)'],
  unknown: [`NULL`, null],
};

const ARRAYS: readonly (readonly [expression: string, text: string])[] = [
  [`ARRAY['a b', NULL, '']`, '{"a b",NULL,""}'],
  [`ARRAY[true, false]`, '{t,f}'],
  [`ARRAY[1e15::float8, 1]`, '{1e+15,1}'],
  [`ARRAY[ARRAY[1, 2], ARRAY[3, 4]]`, '{{1,2},{3,4}}'],
  [`ARRAY[timestamp '2026-01-02 03:04:05.123456']`, '{"2026-01-02 03:04:05.123456"}'],
];

let database: TestDatabase;
let db: Connection;
let folder: string;
let next = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open('DetectDates=true');
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-copied-texts-'));
  const attributes: AttributeMap = Object.fromEntries(
    Object.entries(STORED).map(([name, [value]]) => [name, value]),
  );
  // The second item gives the decimals a larger scale.
  const items = [
    { id: { S: 'x' }, ...attributes },
    { id: { S: 'y' }, decimal: { N: '0.125' } },
  ];
  await database.add({ name: 'samples', key: ['id:S'], items });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

type Texts = readonly (string | null)[];

async function copied(query: string, options: string, on = db): Promise<string> {
  const file = join(folder, String(++next));
  await on.query(`COPY (${query}) TO '${file}' WITH (${options})`);
  return readFile(file, 'utf8');
}

async function streamed(query: string, on: Connection): Promise<Texts> {
  const rows: Texts[] = [];
  for await (const batch of (await on.stream(query)).textBatches()) rows.push(...batch);
  expect(rows).toHaveLength(1);
  return rows[0] ?? [];
}

async function explained(query: string): Promise<string> {
  const { rows } = await db.query<readonly string[]>(`EXPLAIN ${query}`, [], { rowMode: 'array' });
  return rows.flat().join('\n');
}

/** Lines of CSV whose fields are all quoted. */
function toCsv(texts: Texts): string {
  return `${texts.map((text) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`)).join(',')}\n`;
}

function toTextFormat(texts: Texts): string {
  return `${texts.map((text) => text?.replaceAll('\\', '\\\\') ?? '\\N').join('\t')}\n`;
}

/** The texts of a query's one row: as a stream returns them, and as files have them. */
async function allTexts(query: string, on = db): Promise<readonly unknown[]> {
  return [
    await streamed(query, on),
    await copied(query, 'FORMAT csv, FORCE_QUOTE *', on),
    await copied(query, 'FORMAT text', on),
  ];
}

function toAllTexts(texts: Texts): readonly unknown[] {
  return [texts, toCsv(texts), toTextFormat(texts)];
}

describe('COPY TO as CSV and text', () => {
  const ORDERS = [
    ['directly', true, ''],
    ['through the engine', false, ' ORDER BY length(id)'],
  ] as const;

  it.each(ORDERS)('prints stored values as a stream does, %s', async (_, direct, order) => {
    const names = Object.keys(STORED);
    const query = `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM samples WHERE id = 'x'${order}`;
    expect((await explained(query)).startsWith('Direct:')).toBe(direct);
    expect(await allTexts(query)).toEqual(toAllTexts(Object.values(STORED).map(([, text]) => text)));
  });

  it.each(ORDERS)('prints doubles as a stream does, %s', async (_, direct, order) => {
    const doubles = await database.open('NumberMode=Double');
    const query = `SELECT number FROM samples WHERE id = 'x'${order}`;
    expect((await explained(query)).startsWith('Direct:')).toBe(direct);
    expect(await allTexts(query, doubles)).toEqual(toAllTexts(['1e-100']));
  });

  it('copies bytes of items to the same CSV as the engine', async () => {
    const query = `SELECT ${Object.keys(STORED)
      .map((name) => `"${name}"`)
      .join(', ')} FROM samples WHERE id = 'x'`;
    expect(await copied(query, 'FORMAT csv')).toBe(
      await copied(`${query} ORDER BY length(id)`, 'FORMAT csv'),
    );
  });

  it.each(TYPE_NAMES)('prints %s as a stream does, with and without ORDER BY', async (type) => {
    const [expression, text] = VALUES[type];
    for (const [, , order] of ORDERS)
      expect(await allTexts(`SELECT ${expression} AS v FROM samples WHERE id = 'x'${order}`)).toEqual(
        toAllTexts([text]),
      );
  });

  it.each(ARRAYS)('prints %s as a stream does, with and without ORDER BY', async (expression, text) => {
    for (const [, , order] of ORDERS)
      expect(await allTexts(`SELECT ${expression} AS v FROM samples WHERE id = 'x'${order}`)).toEqual(
        toAllTexts([text]),
      );
  });
});
