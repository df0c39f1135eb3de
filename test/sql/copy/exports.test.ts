import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import { connect } from '../../../src/index.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { itemsWith } from '../../support/attribute-values.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { thrownBy } from '../../support/thrown.ts';

let database: TestDatabase;
let db: Connection;
let root: string;
let next = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open();
  root = await mkdtemp(join(tmpdir(), 'dynadbc-exports-'));
});

afterAll(async () => {
  await database.close();
  await rm(root, { recursive: true });
});

async function table(items: readonly AttributeMap[] = []): Promise<string> {
  const name = `exported${++next}`;
  await database.add({ name, key: ['id:S'], items });
  return name;
}

/** Writes files of a new folder, by their paths in it. */
async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = join(root, `folder${++next}`);
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function ids(name: string): Promise<readonly unknown[]> {
  return (await db.query<{ id: string }>(`SELECT id FROM ${name} ORDER BY id`)).rows.map(({ id }) => id);
}

async function wholeItems(name: string): Promise<readonly unknown[]> {
  const { rows } = await db.query(`SELECT "$item" FROM ${name} ORDER BY id`);
  return rows.map((row) => Object.values(row)[0]);
}

/** Items as lines of an export. */
function lines(...items: readonly AttributeMap[]): string {
  return items.map((Item) => `${JSON.stringify({ Item })}\n`).join('');
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

interface PartOptions {
  readonly itemCount?: number;
  readonly md5Checksum?: string;
}

/** The files of a full export, or of an incremental one, whose data is beside its folder. */
function exportFiles(
  parts: readonly (readonly [name: string, text: string])[],
  options: PartOptions & { readonly incremental?: true } = {},
): Record<string, Buffer | string> {
  const id = '01693685827463-2d8752fd';
  const data = options.incremental === true ? 'AWSDynamoDB/data' : `AWSDynamoDB/${id}/data`;
  const files: Record<string, Buffer | string> = {
    [`AWSDynamoDB/${id}/_started`]: '',
    [`AWSDynamoDB/${id}/manifest-files.md5`]: 'x',
    [`AWSDynamoDB/${id}/manifest-summary.json`]: JSON.stringify({
      version: '2020-06-30',
      manifestFilesS3Key: `prefix/AWSDynamoDB/${id}/manifest-files.json`,
      itemCount: 2,
      outputFormat: 'DYNAMODB_JSON',
    }),
  };
  const listed = parts.map(([name, text]) => {
    const bytes = gzipSync(text);
    files[`${data}/${name}`] = bytes;
    return JSON.stringify({
      itemCount: text.split('\n').length - 1,
      md5Checksum: md5(bytes).toString('base64'),
      etag: `${md5(md5(bytes)).toString('hex')}-1`,
      dataFileS3Key: `prefix/${data}/${name}`,
      ...options,
    });
  });
  return { ...files, [`AWSDynamoDB/${id}/manifest-files.json`]: `${listed.join('\n')}\n` };
}

function change(key: string, micros: number, image?: AttributeMap): string {
  return `${JSON.stringify({
    Metadata: { WriteTimestampMicros: { N: String(micros) } },
    Keys: { id: { S: key } },
    OldImage: { id: { S: key } },
    ...(image && { NewImage: { id: { S: key }, ...image } }),
  })}\n`;
}

describe('a full export to S3', () => {
  it('is loaded from its folder, the folder above, its data or its manifest', async () => {
    const folder = await folderWith(
      exportFiles([
        ['a.json.gz', lines({ id: { S: 'a' }, tags: { SS: ['x'] } })],
        ['b.json.gz', lines({ id: { S: 'b' } }, { id: { S: 'c' } })],
      ]),
    );
    const id = 'AWSDynamoDB/01693685827463-2d8752fd';
    for (const path of ['', 'AWSDynamoDB', id, `${id}/manifest-files.json`, `${id}/manifest-summary.json`]) {
      const name = await table();
      expect((await db.query(`COPY ${name} FROM '${join(folder, path)}'`)).rowCount).toBe(3);
      expect(await ids(name)).toEqual(['a', 'b', 'c']);
    }
    const name = await table();
    await db.query(`COPY ${name} FROM '${join(folder, id, 'data')}' (FORMAT dynamodb_json)`);
    expect((await db.query(`SELECT tags FROM ${name} WHERE id = 'a'`)).rows).toEqual([{ tags: ['x'] }]);
  });

  it('is refused where a file differs from the manifest, or is missing', async () => {
    const part = ['a.json.gz', lines({ id: { S: 'a' } })] as const;
    const name = await table();
    const damaged = await folderWith(
      exportFiles([part], { md5Checksum: md5(Buffer.from('')).toString('base64') }),
    );
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${damaged}'`))).message).toContain(
      'a.json.gz" differs from its checksum in manifest-files.json',
    );
    expect(await ids(name)).toEqual([]);
    const short = await folderWith(exportFiles([part], { itemCount: 2 }));
    expect((await thrownBy(() => db.query(`COPY ${name} FROM '${short}'`))).message).toContain(
      'a.json.gz" has 1 items, but manifest-files.json says 2',
    );
    const files = exportFiles([part]);
    delete files['AWSDynamoDB/01693685827463-2d8752fd/data/a.json.gz'];
    const missing = await thrownBy(async () => db.query(`COPY ${name} FROM '${await folderWith(files)}'`));
    expect(missing.code).toBe('FILE_NOT_FOUND');
    expect(missing.message).toContain('lacks its file "a.json.gz"');
  });

  it('is refused in Ion, with what to do', async () => {
    const name = await table();
    const files = exportFiles([['a.ion.gz', '$ion_1_0 {Item:{id:"a"}}']]);
    for (const path of ['', '/AWSDynamoDB/01693685827463-2d8752fd/data', '/**/*.ion.gz']) {
      const error = await thrownBy(async () =>
        db.query(`COPY ${name} FROM '${await folderWith(files)}${path}'`),
      );
      expect(error.message).toBe('COPY FROM in format ion is not supported');
      expect(error.remedy).toContain('export tables to S3 in DynamoDB JSON');
    }
  });

  it('names the file and line of an invalid item', async () => {
    const folder = await folderWith(
      exportFiles([['a.json.gz', `${lines({ id: { S: 'a' } })}{"Item":{"id":1}}\n`]]),
    );
    const name = await table();
    const error = await thrownBy(() => db.query(`COPY ${name} FROM '${folder}'`));
    expect(error.message).toMatch(/data\/a\.json\.gz, line 2: .* is not in DynamoDB's JSON format/);
  });
});

describe('an incremental export to S3', () => {
  it('puts new images, and deletes items without one', async () => {
    const name = await table([{ id: { S: 'gone' } }, { id: { S: 'kept' } }]);
    const folder = await folderWith(
      exportFiles(
        [
          ['a.json.gz', change('new', 1, { v: { N: '1' } }) + change('gone', 2)],
          ['b.json.gz', change('kept', 3, { v: { N: '2' } })],
        ],
        { incremental: true },
      ),
    );
    expect((await db.query(`COPY ${name} FROM '${folder}'`)).rowCount).toBe(3);
    expect((await db.query(`SELECT id, v FROM ${name} ORDER BY id`)).rows).toEqual([
      { id: 'kept', v: 2 },
      { id: 'new', v: 1 },
    ]);
  });

  it('leaves each item as its latest change does, whatever the order of files and lines', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(1000), fc.boolean()), {
          maxLength: 40,
          selector: ([, micros]) => micros,
        }),
        async (changes) => {
          const name = await table([0, 1, 2, 3, 4].map((i) => ({ id: { S: `k${i}` }, v: { N: '-1' } })));
          const texts = changes.map(([key, micros, isPut]) =>
            change(`k${key}`, micros, isPut ? { v: { N: String(micros) } } : undefined),
          );
          const half = Math.floor(texts.length / 2);
          const folder = await folderWith({
            'a.json.gz': gzipSync(texts.slice(half).join('')),
            'b.json': texts.slice(0, half).join(''),
          });
          await db.query(`COPY ${name} FROM '${folder}/*' (FORMAT dynamodb_json)`);
          const expected = [0, 1, 2, 3, 4].flatMap((key) => {
            const [last] = changes.filter(([of]) => of === key).toSorted((a, b) => b[1] - a[1]);
            if (last === undefined) return [{ id: `k${key}`, v: -1 }];
            return last[2] ? [{ id: `k${key}`, v: last[1] }] : [];
          });
          const { rows } = await db.query(`SELECT id, v FROM ${name} ORDER BY id`);
          expect(rows.map((row) => ({ ...row }))).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is not an insert', async () => {
    const name = await table();
    const folder = await folderWith({ 'a.json': change('a', 1) });
    const error = await thrownBy(() =>
      db.query(`COPY ${name} FROM '${folder}' (FORMAT dynamodb_json, ON_CONFLICT skip)`),
    );
    expect(error.message).toContain('ON_CONFLICT skip cannot be used with an incremental export');
  });
});

describe('the output of aws dynamodb scan', () => {
  const items = [
    { id: { S: 's1' }, note: { S: '"]}\n{' } },
    { id: { S: 's2' }, l: { L: [] } },
  ];
  const page = (more: object = {}): object => ({
    Items: items,
    Count: 2,
    ScannedCount: 2,
    ConsumedCapacity: null,
    ...more,
  });

  it.each([
    ['in one line', JSON.stringify(page())],
    ['over many lines', JSON.stringify(page(), undefined, 4)],
    ['of an SDK, with other members first', JSON.stringify({ $metadata: { a: [1] }, Count: 2, ...page() })],
    ['as lines of items', items.map((item) => JSON.stringify(item)).join('\n')],
    ['as items that span lines', items.map((item) => JSON.stringify(item, undefined, 2)).join('\n')],
    ['as an array of items', JSON.stringify(items, undefined, 2)],
    ['as an array of pages', JSON.stringify([page({ Items: [items[0]] }), page({ Items: [items[1]] })])],
    [
      'as pages one after another',
      [items[0], items[1]].map((i) => JSON.stringify(page({ Items: [i] }), undefined, 2)).join('\n'),
    ],
    [
      'of get-item',
      items
        .map((Item) => JSON.stringify({ Item, ConsumedCapacity: { CapacityUnits: 1 } }, undefined, 2))
        .join(''),
    ],
  ])('is loaded %s', async (_, text) => {
    const name = await table();
    const folder = await folderWith({ 'scan.json': text });
    expect((await db.query(`COPY ${name} FROM '${folder}/scan.json' (FORMAT dynamodb_json)`)).rowCount).toBe(
      2,
    );
    expect(await ids(name)).toEqual(['s1', 's2']);
  });

  it('gives its items, however the file is cut into chunks and items are named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(itemsWith(['a', 'Items', 'Item', 'Count', 'Keys', 'Metadata']), { maxLength: 6 })
          // dynalite treats this name as the prototype.
          .filter((all) => !JSON.stringify(all).includes('__proto__')),
        fc.constantFrom(undefined, 1, '\t'),
        fc.nat(3),
        async (drawn, indent, pages) => {
          const unique = drawn.map((item, i): AttributeMap => ({ ...item, id: { S: `k${i}` } }));
          const size = Math.max(1, Math.ceil(unique.length / (pages + 1)));
          const text = Array.from({ length: pages + 1 }, (_, i) =>
            JSON.stringify(
              { Count: 1, Items: unique.slice(i * size, (i + 1) * size), ScannedCount: 9 },
              undefined,
              indent,
            ),
          ).join('\n');
          const [one, other] = [await table(), await table()];
          const folder = await folderWith({
            'scan.json': text,
            'lines.json': unique.map((item) => `${JSON.stringify({ Item: item })}\n`).join(''),
          });
          for (const [name, file] of [
            [one, 'scan'],
            [other, 'lines'],
          ])
            await db.query(`COPY ${name} FROM '${folder}/${file}.json' (FORMAT dynamodb_json)`);
          expect(await wholeItems(one)).toEqual(await wholeItems(other));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('warns of a scan that was cut', async () => {
    const warnings: string[] = [];
    await using db = await connect(database.string(), { onWarning: (message) => warnings.push(message) });
    const name = await table();
    const load = async (text: string): Promise<string[]> => {
      warnings.length = 0;
      const folder = await folderWith({ 'scan.json': text });
      await db.query(`COPY ${name} FROM '${folder}/scan.json' (FORMAT dynamodb_json)`);
      return warnings;
    };
    const cut = JSON.stringify(page({ LastEvaluatedKey: { id: { S: 's2' } } }));
    expect((await load(cut)).join()).toContain('was cut before its end');
    expect((await load(JSON.stringify(page({ NextToken: 'eyJ' }), undefined, 2))).join()).toContain(
      'was cut',
    );
    expect(await load(`${cut}\n${JSON.stringify(page())}`)).toEqual([]);
  });
});

describe('a pattern of files', () => {
  it.each([
    ['*.csv', ['a', 'b']],
    ['{a,b}.csv', ['a', 'b']],
    ['[!a].csv', ['b']],
    ['?.csv', ['a', 'b']],
    ['**/*.csv', ['a', 'b', 'c', 'd']],
    ['sub/{c,deep/d}.csv', ['c', 'd']],
    ['s*/**', ['c', 'd']],
    ['', ['a', 'b']],
  ])('%s', async (pattern, expected) => {
    const name = await table();
    const folder = await folderWith({
      'a.csv': 'id\na\n',
      'b.csv': 'id\nb\n',
      '.hidden.csv': 'id\nh\n',
      'sub/c.csv': gzipSync('id\nc\n'),
      'sub/deep/d.csv': 'id\nd\n',
    });
    await db.query(`COPY ${name} FROM '${join(folder, pattern)}' (FORMAT csv, HEADER)`);
    expect(await ids(name)).toEqual(expected);
  });

  it('is a file name where such a file exists', async () => {
    const folder = await folderWith({ 'a*.csv': 'id\nstar\n', 'ab.csv': 'id\nab\n' });
    const name = await table();
    await db.query(`COPY ${name} FROM '${folder}/a*.csv' (HEADER)`);
    expect(await ids(name)).toEqual(['star']);
  });

  it('works for Parquet, and names the file of an invalid row', async () => {
    const folder = await folderWith({});
    const from = await table([{ id: { S: 'p' }, n: { N: '1' } }]);
    await db.query(`COPY (SELECT id, n FROM ${from}) TO '${folder}/[1].parquet'`);
    await db.query(`COPY (SELECT id || '2' AS id, n FROM ${from}) TO '${folder}/2.parquet'`);
    await db.query(`COPY (SELECT n FROM ${from}) TO '${folder}/3.parquet'`);
    const name = await table();
    const error = await thrownBy(() => db.query(`COPY ${name} FROM '${folder}/*.parquet'`));
    expect(error.message).toContain(`${folder}/3.parquet, row 1: null value in column "id"`);
    await db.query(`COPY ${name} FROM '${folder}/[[]1].parquet'`);
    expect(await ids(name)).toContain('p');
  });

  it('rejects rows with their files, and can be resumed', async () => {
    const folder = await folderWith({
      'a.ndjson': '{"id":"a"}\n{"x":1}\n',
      'b.ndjson': '{"y":1}\n{"id":"b"}\n',
    });
    const name = await table();
    const load = `COPY ${name} FROM '${folder}/*.ndjson' (ON_ERROR skip, REJECTS '${folder}/rejected', RESUME true)`;
    expect((await db.query(load)).rowCount).toBe(2);
    const rejected = (await readFile(join(folder, 'rejected'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rejected).toMatchObject([
      { file: join(folder, 'a.ndjson'), line: 2, row: '{"x":1}' },
      { file: join(folder, 'b.ndjson'), line: 1, row: '{"y":1}' },
    ]);
  });

  it('is the files of a format where it is a folder', async () => {
    const folder = await folderWith({ 'a.csv': 'id\na\n', 'b.ndjson': '{"id":"b"}\n', 'c.txt': 'c\n' });
    const name = await table();
    const error = await thrownBy(() => db.query(`COPY ${name} FROM '${folder}'`));
    expect(error.message).toMatch(/could not read file .*: Is a directory/);
    await db.query(`COPY ${name} FROM '${folder}' (FORMAT ndjson, ON_CONFLICT skip)`);
    expect(await ids(name)).toEqual(['b']);
  });

  it('says what it did not find', async () => {
    const folder = await folderWith({ 'data/_started': '' });
    for (const [path, message] of [
      [`${folder}/*.csv`, /no file matches the pattern/],
      [folder, /has no data files/],
      [`${folder}/none.csv`, /could not open file .* for reading: No such file or directory/],
    ] as const) {
      const error = await thrownBy(() => db.query(`COPY t FROM '${path}' (FORMAT csv)`));
      expect(error.message).toMatch(message);
    }
  });
});

describe('compression', () => {
  it('is told by the content, not by the name', async () => {
    const folder = await folderWith({
      'zipped.ndjson': gzipSync('{"id":"a"}\n'),
      'plain.ndjson.gz': '{"id":"b"}\n',
      'members.ndjson.gz': Buffer.concat([gzipSync('{"id":'), gzipSync('"c"}\n')]),
    });
    const name = await table();
    await db.query(`COPY ${name} FROM '${folder}'`);
    expect(await ids(name)).toEqual(['a', 'b', 'c']);
  });

  it('is refused where it is broken, endless or unknown', async () => {
    const folder = await folderWith({
      'cut.ndjson.gz': gzipSync('{"id":"a"}\n'.repeat(1000)).subarray(0, 40),
      'bomb.ndjson.gz': gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)),
      'snappy.ndjson': Buffer.from([0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59, 0]),
    });
    const name = await table();
    for (const [file, message] of [
      ['cut.ndjson.gz', /could not read file .*: unexpected end of file/],
      ['bomb.ndjson.gz', /row exceeds 16777216 characters/],
      ['snappy.ndjson', /is compressed with snappy/],
    ] as const)
      expect((await thrownBy(() => db.query(`COPY ${name} FROM '${folder}/${file}'`))).message).toMatch(
        message,
      );
  });
});
