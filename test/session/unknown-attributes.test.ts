import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/index.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { Connection } from '../../src/session/connection.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import { startTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** More than one page of a Scan, because a table of one page is sampled completely. */
const FILLER = 'x'.repeat(30_000);

const ITEMS: readonly AttributeMap[] = Array.from({ length: 60 }, (_, i): AttributeMap => ({
  pk: { S: i % 2 === 0 ? 'even' : 'odd' },
  sk: { N: String(i) },
  a: { S: `a${i}${FILLER}` },
  ...(i === 57 && { refund: { N: '12345678901234567890' } }),
  ...(i === 58 && { refund: { S: 'twice' }, tags: { SS: ['x'] } }),
}));
/** The first items of a Scan, which are of one partition, lack the late attributes. */
const SAMPLE = 'RowScanDepth=5;';

describe('attributes that sampling did not see', () => {
  let database: TestDatabase;
  let folder: string;
  let warnings: string[];
  let open: (properties?: string) => Promise<Connection>;
  const opened: Connection[] = [];
  beforeAll(async () => {
    database = await startTestDatabase();
    await database.add({ name: 'wide', key: ['pk:S', 'sk:N'], items: ITEMS });
    folder = await mkdtemp(join(tmpdir(), 'unknown-attributes-'));
    open = async (properties = '') => {
      warnings = [];
      const connection = await connect(database.string(`${SAMPLE}${properties}`), {
        onWarning: (message) => warnings.push(message),
      });
      opened.push(connection);
      return connection;
    };
  });
  afterAll(async () => {
    await Promise.all(opened.map((connection) => connection.close()));
    await database.close();
    await rm(folder, { recursive: true });
  });

  const readItems = async (table: string): Promise<AttributeMap[]> => {
    const items: StoredItem[] = [];
    let start: object = {};
    do {
      const body = await database.client.read('Scan', { TableName: table, ...start }, newReadStats());
      const { Items, LastEvaluatedKey } = JSON.parse(body.toString());
      items.push(...Items);
      start = LastEvaluatedKey && { ExclusiveStartKey: LastEvaluatedKey };
    } while (start);
    return sortItems(items);
  };

  it.each([
    ['by its key', "SELECT * FROM wide WHERE pk = 'odd' AND sk = 57"],
    ['by a Query', "SELECT * FROM wide WHERE pk = 'odd'"],
    ['by a Scan', 'SELECT * FROM wide'],
    ['in the engine', 'SELECT * FROM wide ORDER BY a DESC'],
    ['of a subquery in the engine', 'SELECT * FROM (SELECT * FROM wide) w ORDER BY a LIMIT 100'],
    ['of a join', 'SELECT w.*, o.a AS other FROM wide w JOIN wide o ON o.sk = w.sk AND o.pk = w.pk'],
  ])('become columns of a result: %s', async (_, sql) => {
    const connection = await open();
    const { rows, columns, stats } = await connection.query(sql);
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(['pk', 'sk', 'a', 'refund']));
    const row = rows.find(({ sk }) => sk === 57);
    expect(row?.['refund']).toBe(12345678901234567890n);
    for (const each of rows) expect(Object.keys(each)).toHaveLength(columns.length);
    expect(warnings).toEqual([]);
    expect(stats.unknownAttributes.get('wide.refund')).toBeGreaterThan(0);
    expect(stats.requests).toBeLessThanOrEqual(6);
  });

  it('become columns of rows as arrays', async () => {
    const connection = await open();
    const { rows, columns } = await connection.query<readonly unknown[]>('SELECT * FROM wide', [], {
      rowMode: 'array',
    });
    expect(columns.map(({ name }) => name).toSorted()).toEqual(['a', 'pk', 'refund', 'sk', 'tags']);
    for (const row of rows) expect(row).toHaveLength(5);
    const at = columns.findIndex(({ name }) => name === 'tags');
    expect(rows.filter((row) => row[at] !== null)).toHaveLength(1);
  });

  it('are warned of where the columns are out already', async () => {
    const connection = await open();
    const stream = await connection.stream('SELECT * FROM wide');
    for await (const row of stream) expect(Object.keys(row)).toHaveLength(3);
    expect(warnings).toEqual([
      'the result leaves out attributes of "wide" that sampling did not see: "refund" (2 items), "tags" (1 item); they are columns of later statements',
    ]);
    expect(stream.stats.unknownAttributes).toEqual(
      new Map([
        ['wide.refund', 2],
        ['wide.tags', 1],
      ]),
    );
    const { columns } = await connection.query('SELECT * FROM wide LIMIT 1');
    expect(columns).toHaveLength(5);
  });

  it('are members of exported JSON, and warned of in CSV', async () => {
    const connection = await open();
    const file = join(folder, 'wide.ndjson');
    await connection.query(`COPY wide TO '${file}'`);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(60);
    expect(lines.find((line) => line.includes('"sk":57'))).toContain('"refund":12345678901234567890');
    expect(lines.find((line) => line.includes('"sk":58'))).toContain('"refund":"twice","tags":["x"]');
    expect(warnings).toEqual([]);

    const other = await open();
    await other.query(`COPY wide TO '${join(folder, 'wide.csv')}' WITH (HEADER)`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"refund" (2 items)');
  });

  it.each([
    ['INSERT', '*', ''],
    ['INSERT', 'w.*', ' AS w WHERE sk >= 50'],
    ['REPLACE', '*', ' ORDER BY a'],
    ['UPSERT', 'o.*', ' AS o JOIN wide i ON i.pk = o.pk AND i.sk = o.sk'],
  ])('are copied by %s INTO … SELECT %s', async (verb, star, rest) => {
    const connection = await open();
    await connection.query('CREATE TABLE copied (pk text, sk numeric, b text, PRIMARY KEY (pk, sk))');
    try {
      warnings.length = 0;
      await connection.query(`${verb} INTO copied SELECT ${star} FROM wide${rest}`);
      const items = await readItems('wide');
      expect(await readItems('copied')).toEqual(rest.includes('50') ? items.slice(50) : items);
      expect(warnings).toEqual([]);
    } finally {
      await connection.query('DROP TABLE copied');
    }
  });

  it('are exported in DynamoDB JSON', async () => {
    const connection = await open();
    const file = join(folder, 'wide.json');
    await connection.query(`COPY wide TO '${file}' WITH (FORMAT dynamodb_json)`);
    const items = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).Item);
    expect(sortItems(items)).toEqual(await readItems('wide'));
  });

  it('are an error, or left out, on request', async () => {
    const connection = await open('UnknownAttributes=Error;');
    await expect(
      (async () => {
        for await (const _ of await connection.stream('SELECT * FROM wide'));
      })(),
    ).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_ATTRIBUTE' });
    const silent = await open('UnknownAttributes=Ignore;');
    for await (const _ of await silent.stream('SELECT * FROM wide'));
    expect(warnings).toEqual([]);
  });

  it('cost nothing where a statement names its columns', async () => {
    const connection = await open();
    const { columns, stats } = await connection.query('SELECT pk, sk, a FROM wide');
    expect(columns).toHaveLength(3);
    expect(stats.unknownAttributes.size).toBe(0);
    expect(warnings).toEqual([]);
  });
});

type StoredItem = Readonly<Record<string, { readonly N?: string }>>;

/** By their sort keys, and with their attributes in one order. */
function sortItems(items: readonly StoredItem[]): AttributeMap[] {
  return items
    .toSorted((a, b) => Number(a['sk']?.N) - Number(b['sk']?.N))
    .map((item) =>
      JSON.parse(
        JSON.stringify(Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
      ),
    );
}
