import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import { newReadStats } from '../../../src/dynamo/read/read-stats.ts';
import type { Connection } from '../../../src/session/connection.ts';
import { replaceColumnNames } from '../../../src/sql/copy/thrift-names.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { thrownBy } from '../../support/thrown.ts';

let database: TestDatabase;
let db: Connection;
let folder: string;
let next = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open();
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-names-'));
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function table(items: readonly AttributeMap[] = []): Promise<string> {
  const name = `named${++next}`;
  await database.add({ name, key: ['id:S'], items });
  return name;
}

async function stored(name: string): Promise<readonly AttributeMap[]> {
  const body = await database.client.read('Scan', { TableName: name, ConsistentRead: true }, newReadStats());
  const { Items: items }: { readonly Items: readonly AttributeMap[] } = JSON.parse(body.toString());
  return items.toSorted((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1));
}

const NAMES = ['Name', 'name', 'NAME', 'nAmE', 'name_1', 'ID', 'ä', 'Ä', 'a b', 'column 0 of 3'];
const items = fc.array(fc.subarray(NAMES, { minLength: 1 }), { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((names, i): AttributeMap => ({
    id: { S: `k${i}` },
    ...Object.fromEntries(names.map((name) => [name, { S: `${i}${name}` }])),
  })),
);

describe('attributes whose names differ only in case', () => {
  it.each(['parquet', 'csv, HEADER', 'text, HEADER', 'ndjson', 'json', 'dynamodb_json'])(
    'come back from a file of format %s as they were',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(items, fc.subarray(NAMES), async (all, known) => {
          const from = await table(all);
          const file = join(folder, `${++next}`);
          await db.query(`COPY ${from} TO '${file}' (FORMAT ${format})`);
          // The target may have columns of some of the file's names.
          const names = known.filter((name) => all.some((item) => name in item));
          const example = Object.fromEntries(names.map((name) => [name, { S: 'x' }]));
          const to = await table([{ id: { S: 'k0' }, ...example }]);
          await db.query(`COPY ${to} FROM '${file}' (FORMAT ${format})`);
          expect(await stored(to)).toEqual(await stored(from));
        }),
        { numRuns: 8 },
      );
    },
  );

  it('have their names in Parquet files, for any reader', async () => {
    const name = await table([{ id: { S: '1' }, Name: { S: 'a' }, name: { N: '2' }, NAME: { L: [] } }]);
    const file = join(folder, 'names.parquet');
    for (const compression of ['zstd', 'none']) {
      await db.query(`COPY ${name} TO '${file}' (COMPRESSION ${compression}, OVERWRITE true)`);
      const duckdb = await (await DuckDBInstance.create()).connect();
      const read = async (sql: string): Promise<readonly string[]> =>
        (await duckdb.runAndReadAll(sql)).getRows().map(([name]) => String(name));
      expect((await read(`SELECT name FROM parquet_schema('${file}')`)).slice(1).toSorted()).toEqual([
        'NAME',
        'Name',
        'id',
        'name',
      ]);
      expect((await read(`SELECT path_in_schema FROM parquet_metadata('${file}')`)).toSorted()).toEqual([
        'NAME',
        'Name',
        'id',
        'name',
      ]);
      duckdb.closeSync();
    }
  });

  it('can be chosen by a list of columns', async () => {
    const from = await table([{ id: { S: '1' }, Name: { S: 'a' }, name: { S: 'b' } }]);
    const file = join(folder, 'some.parquet');
    await db.query(`COPY ${from} TO '${file}'`);
    const to = await table();
    await db.query(`COPY ${to} (id, name) FROM '${file}'`);
    expect(await stored(to)).toEqual([{ id: { S: '1' }, name: { S: 'b' } }]);
    const error = await thrownBy(() => db.query(`COPY ${to} (id, nope) FROM '${file}'`));
    expect(error.message).toContain('column "nope" does not exist in file');
  });

  it('are both written by queries, and read from headers and objects', async () => {
    const from = await table([{ id: { S: '1' }, Name: { S: 'a' }, name: { S: 'b' } }]);
    const query = `SELECT id, "Name", upper("Name") AS "NAME", name FROM ${from}`;
    expect((await db.query(query)).rows).toEqual([{ id: '1', Name: 'a', NAME: 'A', name: 'b' }]);
    const file = join(folder, 'query.csv');
    await db.query(`COPY (${query}) TO '${file}' (HEADER)`);
    expect(await readFile(file, 'utf8')).toBe('id,Name,NAME,name\n1,a,A,b\n');
    await db.query(`COPY (${query}) TO '${file}.parquet'`);
    for (const path of [file, `${file}.parquet`]) {
      const to = await table();
      await db.query(`COPY ${to} FROM '${path}'${path === file ? ' (HEADER)' : ''}`);
      expect(await stored(to)).toEqual([
        { id: { S: '1' }, Name: { S: 'a' }, NAME: { S: 'A' }, name: { S: 'b' } },
      ]);
    }
    await writeFile(`${file}.ndjson`, '{"id":"1","NAME":1,"name":2}\n{"ID":"2","id":"2","name":3}\n');
    const to = await table([{ id: { S: '9' }, Name: { S: 'x' } }]);
    await db.query(`COPY ${to} FROM '${file}.ndjson'`);
    expect((await stored(to)).slice(0, 2)).toEqual([
      { id: { S: '1' }, NAME: { N: '1' }, name: { N: '2' } },
      { id: { S: '2' }, ID: { S: '2' }, Name: { N: '3' } },
    ]);
  });
});

describe('metadata of Parquet', () => {
  it('is refused where it is not Thrift', () => {
    for (const bytes of [Buffer.from([0x1d]), Buffer.from([0x28, 0x05]), Buffer.alloc(0)])
      expect(() => replaceColumnNames(bytes, new Map())).toThrow(RangeError);
  });
});
