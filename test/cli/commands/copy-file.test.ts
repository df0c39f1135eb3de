import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/program.ts';
import { formatCopyProgress } from '../../../src/cli/output/progress.ts';
import { type FakeIo, fakeIo } from '../../doubles/fake-io.ts';
import { startTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-cli-'));
  await database.add({
    name: 'Orders',
    key: ['id:S'],
    items: [
      { id: { S: 'a' }, total: { N: '1.5' } },
      { id: { S: 'b' }, total: { N: '2' } },
    ],
  });
  await database.add({ name: 'copies', key: ['id:S'], items: [] });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

function io(): FakeIo {
  return fakeIo({ connect: () => database.open() });
}

describe('dynadbc export and import', () => {
  it('write a table to a file and put a file into a table', async () => {
    const file = join(folder, "it's.ndjson");
    const out = io();
    expect(await runCli(['export', 'orders', file], out)).toBe(0);
    expect([out.stdout.text(), out.stderr.text()]).toEqual(['COPY 2\n', '']);
    const back = io();
    expect(await runCli(['import', 'copies', file, '--resume', '--rate-limit', '1000'], back)).toBe(0);
    expect(back.stdout.text()).toBe('COPY 2\n');
    const again = io();
    expect(await runCli(['import', 'copies', file, '--on-conflict', 'skip'], again)).toBe(0);
    expect(again.stdout.text()).toBe('COPY 0\n');
  });

  it('write the names of columns into CSV, and take them from there', async () => {
    const file = join(folder, 'q.csv');
    expect(await runCli(['export', 'SELECT id, total FROM orders ORDER BY id;', file], io())).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('id,total\na,1.5\nb,2\n');
    const twice = io();
    expect(await runCli(['export', 'orders', file], twice)).toBe(1);
    expect(twice.stderr.text()).toContain('File exists');
    expect(await runCli(['export', 'orders', file, '--overwrite'], io())).toBe(0);
    await writeFile(file, 'id,total\n,1\nc,3\n');
    const rejects = join(folder, 'rejects');
    const some = io();
    expect(await runCli(['import', 'copies', file, '--rejects', rejects], some)).toBe(0);
    expect([some.stdout.text(), (await readFile(rejects, 'utf8')).trim().split('\n')]).toEqual([
      'COPY 1\n',
      [expect.any(String)],
    ]);
  });

  it('load several files, patterns and folders', async () => {
    const parts = join(folder, 'parts');
    await mkdir(parts);
    const files = ['x.csv', 'y.csv'].map((name) => join(parts, name));
    for (const file of files) await writeFile(file, `id,total\n${file.at(-5)},1\n`);
    for (const paths of [files, [join(parts, '*.csv')]]) {
      const out = io();
      expect(await runCli(['import', 'copies', ...paths], out)).toBe(0);
      expect(out.stdout.text()).toBe('COPY 2\n');
    }
    const out = io();
    expect(await runCli(['import', 'copies', ...files, '--rejects', join(parts, 'r')], out)).toBe(2);
    expect(out.stderr.text()).toContain('--rejects cannot be used with several files');
  });

  it('run as a statement as well', async () => {
    const out = io();
    const file = join(folder, 'o.parquet');
    expect(await runCli(['query', `COPY orders TO '${file}'`], out)).toBe(0);
    expect(out.stdout.text()).toBe('COPY 2\n');
  });
});

describe('the progress of a copy', () => {
  it('is a bar where the end is known', () => {
    expect(formatCopyProgress({ rows: 1200, bytes: 50, totalBytes: 200, writeCapacity: 7 })).toBe(
      '█████░░░░░░░░░░░░░░░  25 %  1,200 rows, 7 WCU',
    );
    expect(formatCopyProgress({ rows: 1, bytes: 50, totalBytes: undefined, writeCapacity: 0 })).toBe('1 row');
  });
});
