import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/index.ts';
import { openLogFile } from '../../src/host/node/log-file.ts';
import { serviceError } from '../doubles/dynamodb-http.ts';
import { toPage, serveTable, type ServedTable } from '../doubles/served-table.ts';
import { thrownBy } from '../support/thrown.ts';

let folder: string;
let served: ServedTable | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynadbc-log-'));
});
afterEach(async () => {
  await served?.close();
  await rm(folder, { recursive: true });
});

/** Returns the log of a statement that is throttled once, and of one that fails. */
async function runAndReadLog(properties: string): Promise<string> {
  served = await serveTable((at) => {
    if (at === 0) return serviceError('ThrottlingException', 'slow down');
    return at < 3 ? toPage([`a${at}`], at === 1) : serviceError('ValidationException', 'no');
  });
  const path = join(folder, 'deep', 'driver.log');
  const db = await connect(served.string(`Logfile=${path};${properties}`));
  await db.query("SELECT id FROM things WHERE id <> 'not-a-secret'");
  await thrownBy(() => db.query('SELECT id FROM things'));
  await db.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  return readFile(path, 'utf8');
}

/** Removes times and other varying numbers. */
const normalizeLog = (log: string): string[] =>
  log
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+Z /, '').replaceAll(/[\d.]+ ms/g, 'T ms'));

describe('a log', () => {
  it('has connections and failures at level 1', async () => {
    expect(normalizeLog(await runAndReadLog(''))).toEqual([
      expect.stringMatching(/^1 session opens .*AWSSecretKey=\*\*\*/),
      '1 sql #2 failed: DYNAMO_REFUSED: Scan on things: no (ValidationException)',
      '1 session closed',
    ]);
  });

  it('has statements at level 2', async () => {
    const lines = normalizeLog(await runAndReadLog('Verbosity=2'));
    expect(lines).toContain("2 sql #1 SELECT id FROM things WHERE id <> '***'");
    expect(lines).toContain('2 sql #1 ended: 2 rows, 3 requests, 1 RCU, T ms');
  });

  it('has requests at level 3, bodies of failed requests at 4, and of all at 5', async () => {
    const third = normalizeLog(await runAndReadLog('Verbosity=3'));
    expect(third).toContain('3 sql #1 Scan things');
    expect(third).toContainEqual(
      expect.stringMatching(/^3 dynamo Scan: 400 ThrottlingException, \d+ bytes, T ms$/),
    );
    expect(third.filter((line) => line.startsWith('3 dynamo Scan: 200'))).toHaveLength(2);
    expect(third.some((line) => line.includes('TableName'))).toBe(false);
    await served?.close();
    await rm(join(folder, 'deep'), { recursive: true });
    const fourth = normalizeLog(await runAndReadLog('Verbosity=4'));
    expect(fourth.filter((line) => line.startsWith('4 dynamo Scan {"TableName":"things"'))).toHaveLength(2);
    await served?.close();
    await rm(join(folder, 'deep'), { recursive: true });
    const fifth = normalizeLog(await runAndReadLog('Verbosity=5'));
    expect(fifth.filter((line) => line.startsWith('5 dynamo Scan {"TableName":"things"'))).toHaveLength(2);
  });

  it.each([1, 2, 3, 4, 5])('shows no secret at level %i', async (level) => {
    const log = await runAndReadLog(
      `Verbosity=${level};Password=hunter2-canary;SSOProperties='APIToken=token-canary'`,
    );
    expect(log).not.toMatch(/not-a-secret|canary|Signature=|authorization/i);
  });

  it('has only the modules of LogModules', async () => {
    const lines = normalizeLog(await runAndReadLog('Verbosity=5;LogModules=SQL'));
    expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(new Set(['sql']));
    await expect(connect('AWSRegion=eu-west-1;LogModules=sqll')).rejects.toMatchObject({
      code: 'CONN_BAD_VALUE',
      message: 'LogModules: unknown module "sqll"; expected session, sql, dynamo',
      candidates: ['sql'],
    });
  });

  it('that cannot be opened fails the connection', async () => {
    await writeFile(join(folder, 'file'), '');
    const error = await thrownBy(() =>
      connect(
        `AWSAccessKey=A;AWSSecretKey=not-a-secret;AWSRegion=eu-west-1;Logfile=${join(folder, 'file', 'log')}`,
      ),
    );
    expect(error).toMatchObject({
      code: 'CONN_BAD_VALUE',
      message: expect.stringContaining('could not open Logfile'),
    });
  });
});

/** Writes ten lines and returns the files. */
const fill = async (maxBytes: number, maxFiles: number): Promise<Record<string, string>> => {
  const path = join(folder, 'log');
  const sink = await openLogFile(path, { maxBytes, maxFiles }, (error) => {
    throw error;
  });
  for (let i = 0; i < 10; i++) sink.write(`line ${i}`);
  await sink.close();
  const texts: Record<string, string> = {};
  for (const name of await readdir(folder)) texts[name] = await readFile(join(folder, name), 'utf8');
  return texts;
};

describe('a log file', () => {
  it('is rotated when it is full', async () => {
    expect(await fill(14, 3)).toEqual({
      log: 'line 8\nline 9\n',
      'log.1': 'line 6\nline 7\n',
      'log.2': 'line 4\nline 5\n',
    });
  });

  it('can be the only file', async () => {
    expect(await fill(20, 1)).toEqual({ log: 'line 8\nline 9\n' });
  });

  it('is complete if all files are kept, and is continued by the next connection', async () => {
    expect(Object.keys(await fill(7, Infinity))).toHaveLength(10);
    const texts = await fill(1000, Infinity);
    expect(texts['log']).toBe(`line 9\n${Array.from({ length: 10 }, (_, i) => `line ${i}\n`).join('')}`);
  });

  it('loses the permissions of other users', async () => {
    await writeFile(join(folder, 'log'), '', { mode: 0o666 });
    await fill(1000, 1);
    expect((await stat(join(folder, 'log'))).mode & 0o777).toBe(0o600);
  });
});
