import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { isSameValue } from '../../../src/sql/write/same-value.ts';
import { itemsWith } from '../../support/attribute-values.ts';
import { thrownBy } from '../../support/thrown.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let database: TestDatabase;
let db: Connection;
let folder: string;
let next = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open();
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-copy-'));
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function table(items: readonly AttributeMap[] = []): Promise<string> {
  const name = `copied${++next}`;
  await database.add({ name, key: ['id:S'], items });
  return name;
}

function filePath(name: string): string {
  return join(folder, `${++next}-${name}`);
}

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const file = filePath(name);
  await writeFile(file, content);
  return file;
}

/** The stored items of the table by id. */
async function stored(name: string): Promise<Map<string, AttributeMap>> {
  const body = await database.client.read('Scan', { TableName: name, ConsistentRead: true }, STATS());
  const { Items: items }: { readonly Items: readonly AttributeMap[] } = JSON.parse(body.toString());
  return new Map(
    items.map((item) => [item['id'] !== undefined && 'S' in item['id'] ? item['id'].S : '', item]),
  );
}

const STATS = () => ({
  requests: 0,
  pages: 0,
  itemsRead: 0,
  itemsReturned: 0,
  bytes: 0,
  throttles: 0,
  unknownAttributes: new Map<string, number>(),
  capacity: new Map<string, number>(),
});

const ITEMS: readonly AttributeMap[] = [
  {
    id: { S: 'a' },
    n: { N: '12345678901234567890123456789012345678' },
    s: { S: 'plain' },
    ok: { BOOL: true },
    doc: { M: { x: { N: '1.5' }, y: { L: [{ S: 'é' }, { NULL: true }] } } },
  },
  { id: { S: 'b' }, n: { N: '-0.5' }, s: { S: 'a "quoted", text\nof two\r\nlines' }, b: { B: 'AQID' } },
  { id: { S: 'c' }, s: { S: '' }, gone: { NULL: true } },
];

describe('COPY TO', () => {
  it('writes CSV like PostgreSQL', async () => {
    const name = await table(ITEMS);
    const file = filePath('a.csv');
    const result = await db.query(
      `COPY (SELECT id, n, s, ok, b FROM ${name} ORDER BY id) TO '${file}' WITH (HEADER)`,
    );
    expect([result.command, result.rowCount]).toEqual(['COPY', 3]);
    expect(await readFile(file, 'utf8')).toBe(
      'id,n,s,ok,b\na,12345678901234567890123456789012345678,plain,t,\n' +
        'b,-0.5,"a ""quoted"", text\nof two\r\nlines",,\\x010203\nc,,"",,\n',
    );
  });
  it('accepts the options of PostgreSQL', async () => {
    const file = filePath('b.csv');
    await db.query(
      `COPY (SELECT 1 AS a, 'x;y' AS b, NULL AS c, 'it''s' AS d) TO '${file}' (FORMAT csv, DELIMITER ';', NULL 'nil', QUOTE '''', FORCE_QUOTE (a))`,
    );
    expect(await readFile(file, 'utf8')).toBe(`'1';'x;y';nil;'it''s'\n`);
  });
  it('writes the text format by default', async () => {
    const file = filePath('c');
    await db.query(`COPY (SELECT E'tab\\there' AS a, E'back\\\\slash' AS b, NULL AS c) TO '${file}'`);
    expect(await readFile(file, 'utf8')).toBe('tab\\there\tback\\\\slash\t\\N\n');
  });
  it('writes JSON with all digits and microseconds', async () => {
    const file = filePath('d.ndjson.gz');
    await db.query(
      `COPY (SELECT 1.10::numeric(38,2) AS n, true AS ok, ARRAY[1,2] AS l, TIMESTAMP '2020-01-01 00:00:00.123456' AS t, NULL AS x) TO '${file}'`,
    );
    expect(gunzipSync(await readFile(file)).toString()).toBe(
      '{"n":1.10,"ok":true,"l":[1,2],"t":"2020-01-01T00:00:00.123456","x":null}\n',
    );
    const array = filePath('d.json');
    await db.query(`COPY (SELECT * FROM (VALUES (1), (2)) AS v(a)) TO '${array}'`);
    expect(await readFile(array, 'utf8')).toBe('[\n{"a":1},\n{"a":2}\n]\n');
    const none = filePath('e.json');
    await db.query(`COPY (SELECT 1 AS a WHERE false) TO '${none}'`);
    expect(await readFile(none, 'utf8')).toBe('[]\n');
  });
  it('keeps an existing file unless OVERWRITE is set, and leaves no draft', async () => {
    const inner = filePath('folder');
    await mkdir(inner);
    const file = join(inner, 'x.csv');
    await writeFile(file, 'old');
    const error = await thrownBy(() => db.query(`COPY (SELECT 1) TO '${file}'`));
    expect([error.code, error.sqlState, await readFile(file, 'utf8')]).toEqual([
      'FILE_EXISTS',
      '58P02',
      'old',
    ]);
    await thrownBy(() => db.query(`COPY (SELECT 1/0) TO '${file}' (OVERWRITE true)`));
    expect(await readFile(file, 'utf8')).toBe('old');
    await db.query(`COPY (SELECT 1) TO '${file}' (OVERWRITE true)`);
    expect([await readFile(file, 'utf8'), await readdir(inner)]).toEqual(['1\n', ['x.csv']]);
  });
  it('reports a full disk and a missing folder', async () => {
    const full = await thrownBy(() => db.query(`COPY (SELECT 1) TO '/dev/full'`));
    expect([full.code, full.message]).toEqual([
      'FILE_IO',
      'could not write file "/dev/full": No space left on device',
    ]);
    const nowhere = await thrownBy(() => db.query(`COPY (SELECT 1) TO '${folder}/none/x'`));
    expect(nowhere.code).toBe('FILE_NOT_FOUND');
    const inFolder = await thrownBy(() => db.query(`COPY (SELECT 1 AS a) TO '${folder}' (FORMAT parquet)`));
    expect(inFolder.code).toBe('FILE_IO');
  });
  it('stops when it is cancelled, and leaves no files', async () => {
    const name = await table(ITEMS);
    const inner = filePath('cancelled');
    await mkdir(inner);
    for (const format of ['csv', 'parquet', 'dynamodb_json']) {
      const stop = new AbortController();
      const work = db.query(`COPY ${name} TO '${join(inner, 'x')}' (FORMAT ${format})`, [], {
        signal: stop.signal,
      });
      stop.abort();
      expect((await thrownBy(() => work)).code).toBe('EXEC_CANCELLED');
    }
    expect(await readdir(inner)).toEqual([]);
  });
  it('refuses what it does not support', async () => {
    for (const [sql, code] of [
      [`COPY (SELECT 1) TO STDOUT`, 'SQL_NOT_SUPPORTED'],
      [`COPY (SELECT 1) TO PROGRAM 'cat'`, 'SQL_NOT_SUPPORTED'],
      [`COPY (SELECT 1) TO 'x' (FORMAT xml)`, 'SQL_BAD_ARGUMENT'],
      [`COPY (SELECT 1) TO 'x' (SPEED 9)`, 'SQL_SYNTAX'],
      [`COPY (SELECT 1) TO 'x' (QUOTE '!')`, 'SQL_SYNTAX'],
      [`COPY (SELECT 1) TO 'x' (RESUME true)`, 'SQL_SYNTAX'],
      [`COPY (SELECT 1) TO 'x.csv' (HEADER match)`, 'SQL_SYNTAX'],
      [`COPY (SELECT 1) TO 'x.csv' (ENCODING 'LATIN1')`, 'SQL_BAD_ARGUMENT'],
      [`COPY (SELECT 1) TO 'x.csv' (COMPRESSION zstd)`, 'SQL_BAD_ARGUMENT'],
      [`COPY (SELECT 1 AS a, 2 AS a) TO '${folder}/twice.json'`, 'SQL_AMBIGUOUS_COLUMN'],
    ])
      expect([sql, (await thrownBy(() => db.query(sql ?? ''))).code]).toEqual([sql, code]);
  });
});

describe('COPY FROM', () => {
  it('converts values to the types of the columns named in the header', async () => {
    const name = await table(ITEMS.slice(0, 2));
    const file = await fileWith('in.csv', 'ID,n,new,b,ok\r\nx,1.50,"a, b",\\x00ff,yes\r\ny,,"",,\r\n');
    const result = await db.query(`COPY ${name} FROM '${file}' (HEADER)`);
    expect([result.command, result.rowCount]).toEqual(['COPY', 2]);
    const items = await stored(name);
    expect(items.get('x')).toEqual({
      id: { S: 'x' },
      n: { N: '1.5' },
      new: { S: 'a, b' },
      b: { B: 'AP8=' },
      ok: { BOOL: true },
    });
    expect(items.get('y')).toEqual({ id: { S: 'y' }, new: { S: '' } });
  });
  it('stores NULLs with NULLS store', async () => {
    const name = await table();
    await db.query(
      `COPY ${name} FROM '${await fileWith('n.csv', 'a,,""\n')}' (NULLS store)`.replace(
        ' FROM',
        '(id, x, y) FROM',
      ),
    );
    expect((await stored(name)).get('a')).toEqual({ id: { S: 'a' }, x: { NULL: true }, y: { S: '' } });
  });
  it('reads the text format, an array of JSON and compressed files', async () => {
    const name = await table();
    await db.query(
      `COPY ${name} (id, v) FROM '${await fileWith('t.txt', 'a\tb\\tc\\x41\\101\nb\t\\N\n\\.\nignored\n')}'`,
    );
    const json = '\ufeff[ {"id":"c","v":{"x":[1.10,12345678901234567890]}},\n\n{"id":"d\\"}","v":null}\n]';
    await db.query(`COPY ${name} FROM '${await fileWith('t.json.gz', gzipSync(json))}'`);
    expect(Object.fromEntries(await stored(name))).toEqual({
      a: { id: { S: 'a' }, v: { S: 'b\tcAA' } },
      b: { id: { S: 'b' } },
      c: { id: { S: 'c' }, v: { M: { x: { L: [{ N: '1.1' }, { N: '12345678901234567890' }] } } } },
      'd"}': { id: { S: 'd"}' } },
    });
  });
  it('lets the last row of a key win, and counts all rows', async () => {
    const name = await table([{ id: { S: 'k' }, v: { N: '0' } }]);
    const rows = Array.from({ length: 60 }, (_, i) => `{"id":"k","v":${i}}`);
    const result = await db.query(`COPY ${name} FROM '${await fileWith('k.ndjson', rows.join('\n'))}'`);
    expect([result.rowCount, (await stored(name)).get('k')]).toEqual([
      60,
      { id: { S: 'k' }, v: { N: '59' } },
    ]);
  });
  it('skips or refuses existing items, depending on ON_CONFLICT', async () => {
    const name = await table([{ id: { S: 'b' }, v: { S: 'old' } }]);
    const file = await fileWith('c.csv', 'id,v\na,1\nb,2\na,3\n');
    const skipped = await db.query(`COPY ${name} FROM '${file}' (HEADER, ON_CONFLICT skip)`);
    expect([skipped.rowCount, [...(await stored(name)).values()].map(({ v }) => v)].flat()).toEqual(
      expect.arrayContaining([1, { S: '1' }, { S: 'old' }]),
    );
    const error = await thrownBy(() => db.query(`COPY ${name} FROM '${file}' (HEADER, ON_CONFLICT error)`));
    expect([error.code, error.message]).toEqual([
      'SQL_UNIQUE',
      expect.stringMatching(/line [24]: duplicate key value: an item with id = '[ab]' already exists in/),
    ]);
  });
  it('reports the line of an error', async () => {
    const name = await table([{ id: { S: 'x' }, n: { N: '1' } }]);
    for (const [file, options, message] of [
      [
        'id,n\na,1\nb,two\n',
        'HEADER',
        /line 3: invalid input syntax for type numeric: "two" \(column "n" holds numbers\)/,
      ],
      ['id,n\na\n', 'HEADER', /line 2: missing data for column "n"/],
      ['id,n\na,1,2\n', 'HEADER', /line 2: extra data after last expected column \(3 values for 2 columns\)/],
      ['id,n\n"a,1\n', 'HEADER', /line 2: unterminated CSV quoted field/],
      [
        'n\n1\n',
        'HEADER',
        /line 2: null value in column "id" of relation "copied\d+" violates not-null constraint/,
      ],
      [
        'n,id\n',
        'HEADER match',
        /line 1: column name mismatch in header line field 1: got "n", expected "id"/,
      ],
    ] as const) {
      const path = await fileWith('bad.csv', file);
      const error = await thrownBy(() => db.query(`COPY ${name} FROM '${path}' (${options})`));
      expect(error.message).toMatch(message);
    }
    const bad = await fileWith('bad.ndjson', '{"id":"a"}\n{"id":\n');
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${bad}'`))).message).toMatch(/line 2: /);
    const utf = await fileWith('bad.ndjson', Buffer.from([0x7b, 0xff, 0x7d]));
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${utf}'`))).message).toMatch(
      /invalid byte sequence for encoding "UTF8"/,
    );
    const zip = await fileWith('bad.csv.gz', 'no gzip');
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${zip}' (COMPRESSION gzip)`))).code).toBe(
      'FILE_IO',
    );
    const parquet = await fileWith('bad.parquet', 'no parquet at all');
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${parquet}'`))).code).toBe('FILE_FORMAT');
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${folder}/none.csv'`))).code).toBe(
      'FILE_NOT_FOUND',
    );
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${folder}'`))).code).toBe('FILE_IO');
    const long = await fileWith('long.csv', `"${'x'.repeat(17 * 1024 * 1024)}`);
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${long}'`))).message).toMatch(
      /line 1: row exceeds/,
    );
  });
  it('skips invalid rows, and writes them to REJECTS', async () => {
    const name = await table([{ id: { S: 'x' }, n: { N: '1' } }]);
    const file = await fileWith('r.csv', 'id,n\na,1\n,2\nb,three\nc,4\n');
    const rejects = filePath('rejects.ndjson');
    const options = `(HEADER, ON_ERROR skip, REJECTS '${rejects}')`;
    expect((await db.query(`COPY ${name} FROM '${file}' ${options}`)).rowCount).toBe(2);
    const lines = (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      { line: 3, code: 'SQL_NOT_NULL', reason: expect.any(String), row: ',2' },
      { line: 4, code: 'SQL_BAD_VALUE', reason: expect.any(String), row: 'b,three' },
    ]);
    expect((await stat(rejects)).mode & 0o777).toBe(0o600);
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${file}' ${options}`))).code).toBe(
      'FILE_EXISTS',
    );
  });
  it('is refused with Readonly=true or AllowFiles=false', async () => {
    const name = await table();
    const file = await fileWith('f.csv', 'a\n');
    const readOnly = await database.open('Readonly=true');
    expect((await thrownBy(() => readOnly.query(`COPY ${name} FROM '${file}'`))).code).toBe('SQL_READ_ONLY');
    const kept = await database.open('AllowFiles=false');
    expect((await thrownBy(() => kept.query(`COPY ${name} FROM '${file}'`))).message).toMatch(
      /COPY to or from a file is not allowed on this connection/,
    );
    expect((await stored(name)).size).toBe(0);
  });
  it('reports its progress', async () => {
    const name = await table();
    const rows = Array.from({ length: 100 }, (_, i) => `{"id":"${i}"}\n`).join('');
    const file = await fileWith('p.ndjson', rows);
    const reported: number[] = [];
    await db.query(`COPY ${name} FROM '${file}'`, [], {
      onProgress: ({ rows: done, bytes, totalBytes }) => {
        reported.push(done);
        expect([bytes, totalBytes]).toEqual([rows.length, rows.length]);
      },
    });
    expect(reported.at(-1)).toBe(100);
  });
});

describe('a round trip', () => {
  const items = fc
    .array(itemsWith(['a', 'b', 'C', 'Item', 'é']), { minLength: 1, maxLength: 30 })
    // dynalite treats this name as the prototype.
    .filter((all) => !JSON.stringify(all).includes('__proto__'))
    .map((all) => all.map((item, i): AttributeMap => ({ ...item, id: { S: `k${i}` } })));

  it("through DynamoDB's JSON format keeps every item unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(items, async (all) => {
        const from = await table(all);
        const to = await table();
        const file = filePath('round');
        await db.query(`COPY ${from} TO '${file}' (FORMAT dynamodb_json, COMPRESSION gzip)`);
        const { rowCount } = await db.query(
          `COPY ${to} FROM '${file}' (FORMAT dynamodb_json, COMPRESSION gzip)`,
        );
        expect(rowCount).toBe(all.length);
        const [before, after] = [await stored(from), await stored(to)];
        expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
        for (const [id, item] of before)
          expect(isSameValue({ M: after.get(id) ?? {} }, { M: item })).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  const texts = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', '\t', 'é', '.', ' ', "'"),
  });
  const scalars = fc.array(fc.record({ s: texts, n: fc.integer(), ok: fc.boolean() }, { requiredKeys: [] }), {
    minLength: 1,
    maxLength: 20,
  });
  it.each(['csv', 'text', 'ndjson', 'json', 'parquet'])('through %s keeps scalars', async (format) => {
    await fc.assert(
      fc.asyncProperty(scalars, async (rows) => {
        const all = rows.map(({ s, n, ok }, i): AttributeMap => ({
          id: { S: `k${i}` },
          ...(s !== undefined && { s: { S: s } }),
          ...(n !== undefined && { n: { N: String(n) } }),
          ...(ok !== undefined && { ok: { BOOL: ok } }),
        }));
        // An item with every attribute gives the columns their types.
        const model = { id: { S: 'model' }, s: { S: '' }, n: { N: '0' }, ok: { BOOL: true } };
        const from = await table([model, ...all]);
        const to = await table([model]);
        const file = filePath('round');
        const header = format === 'csv' || format === 'text' ? ', HEADER' : '';
        await db.query(`COPY ${from} TO '${file}' (FORMAT ${format}${header})`);
        await db.query(`COPY ${to} FROM '${file}' (FORMAT ${format}${header})`);
        expect(await stored(to)).toEqual(await stored(from));
      }),
      { numRuns: 6 },
    );
  });
});
