import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/program.ts';
import { fakeConnection, type FakeAnswer, type FakeConnection } from '../../doubles/fake-connection.ts';
import { fakeIo, type FakeIo } from '../../doubles/fake-io.ts';

const ONE: FakeAnswer = { columns: [{ name: 'n', type: 'bigint' }], batches: [[[1]]] };
const answers = { 'SELECT 1': ONE, 'SELECT\n1': ONE, hang: { ...ONE, batches: [], hangs: true } } as const;
const connection = () => fakeConnection(answers, { orders: { columns: [], indexes: [] } });

async function run(stdin: string, ...args: string[]): Promise<[number, FakeIo]> {
  const io = fakeIo({ connection: connection(), stdin });
  return [await runCli(['shell', ...args], io), io];
}

describe('a piped shell', () => {
  it('runs statement after statement without prompting; the last one needs no semicolon', async () => {
    const [status, io] = await run('SELECT 1; SELECT\n1;\nSELECT 1', '--format', 'csv');
    expect(status).toBe(0);
    expect(io.stdout.text()).toBe('n\r\n1\r\n'.repeat(3));
    expect(io.stderr.text()).toBe('');
  });

  it('ends at the first failure with status 1', async () => {
    const [status, io] = await run('SELECT 1;\nSELEC 1;\nSELECT 1;\n');
    expect(status).toBe(1);
    expect(io.stdout.text()).toBe(' n\n---\n 1\n(1 row)\n');
    expect(io.stderr.text()).toContain('error: unexpected "SELEC 1"');
  });

  it('understands commands of its own', async () => {
    const [status, io] = await run('\\dt\n\\x\nSELECT 1;\n\\x;\n\\explain SELECT 1\nquit\nSELEC 1;\n');
    expect(status).toBe(0);
    expect(io.stdout.text()).toBe(
      'orders\nexpanded is on\n-[ record 1 ]\nn | 1\n(1 row)\nexpanded is off\nGetItem orders(id)\n  1 request\n',
    );
  });

  it('takes a backslash inside a statement for SQL', async () => {
    const [status, io] = await run('SELECT\n\\dt;\n');
    expect(status).toBe(1);
    expect(io.stderr.text()).toContain('unexpected "SELECT');
  });

  it('names the list when a command is unknown', async () => {
    const [status, io] = await run('\\nope\n');
    expect(status).toBe(2);
    expect(io.stderr.text()).toContain('There is no command \\nope.');
  });
});

describe('a shell on a terminal', () => {
  let stateDirectory: string;
  let keys: PassThrough;
  let io: FakeIo;
  let fake: FakeConnection;
  let done: Promise<number>;

  beforeEach(async () => {
    stateDirectory = join(await mkdtemp(join(tmpdir(), 'dynadbc-')), 'state');
    start();
  });
  afterEach(() => rm(join(stateDirectory, '..'), { recursive: true }));

  function start(): void {
    keys = new PassThrough();
    fake = connection();
    io = fakeIo({ connection: fake, stdin: keys, terminal: true, stateDirectory });
    done = runCli(['shell'], io);
  }
  const seen = (): string => `${io.stdout.text()}${io.stderr.text()}`;
  const shown = async (text: string): Promise<void> => {
    let status: number | undefined;
    void done.then((value) => (status = value));
    while (!seen().includes(text)) {
      if (status !== undefined) throw new Error(`The shell ended with ${status} after ${seen()}`);
      await new Promise(setImmediate);
    }
  };
  const type = async (line: string, until: string): Promise<void> => {
    keys.write(line);
    await shown(until);
  };

  it('prompts, shows failures and goes on', async () => {
    await type('SELEC 1;\n', 'unexpected "SELEC 1"');
    await type('SELECT\n', 'dynadbc-> ');
    await type('1;\n', '1 row · 12 ms');
    keys.end('\u0004');
    expect(await done).toBe(0);
  });

  it('cancels the running statement on Ctrl-C and lives on', async () => {
    await shown('dynadbc=> ');
    keys.write('hang;\n');
    while (fake.asked.length === 0) await new Promise(setImmediate);
    await type('\u0003', 'Cancelled by Ctrl-C.');
    keys.write('\\q\n');
    expect(await done).toBe(0);
  });

  it('forgets what was typed so far on Ctrl-C', async () => {
    await type('garbage\n', 'dynadbc-> ');
    await type('more\u0003', '^C');
    await type('SELECT 1;\n', '1 row · 12 ms');
    keys.write('\\q\n');
    expect(await done).toBe(0);
    expect(io.stderr.text()).not.toContain('error');
  });

  it('remembers lines for its user only, and none that carry a secret', async () => {
    await type('SELECT 1;\n', '1 row · 12 ms');
    await type('AWSSecretKey=hunter2;\n', 'error');
    keys.write('\\q\n');
    await done;
    const file = join(stateDirectory, 'history');
    expect(await readFile(file, 'utf8')).toBe('SELECT 1;\n\\q\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('brings back the lines of last time with the arrow keys', async () => {
    keys.write('\\q\n');
    await done;
    await writeFile(join(stateDirectory, 'history'), 'SELECT 1;\n');
    start();
    await shown('dynadbc=> ');
    await type('\u001b[A\n', '1 row · 12 ms');
    keys.write('\\q\n');
    expect(await done).toBe(0);
  });

  it('completes keywords with the tab key', async () => {
    await shown('dynadbc=> ');
    keys.write('SELE');
    await type('\t', 'SELECT');
    await type(' 1;\n', '1 row · 12 ms');
    keys.write('\\q\n');
    expect(await done).toBe(0);
  });
});
