import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../src/cli/program.ts';
import { fakeConnection, type FakeResult, type FakeConnection } from '../../doubles/fake-connection.ts';
import { fakeIo, type FakeIo } from '../../doubles/fake-io.ts';

const ONE: FakeResult = { columns: [{ name: 'n', type: 'bigint', oid: 20 }], batches: [[[1]]] };
const SCHEMAS: FakeResult = {
  columns: [{ name: 'schema_name', type: 'text', oid: 25 }],
  batches: [[['public']]],
};
const answers = {
  'SELECT 1': ONE,
  'SELECT\n1': ONE,
  hang: { ...ONE, batches: [], hangs: true },
  'SELECT schema_name FROM information_schema.schemata': SCHEMAS,
} as const;
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

  it('tells of its connection and of the schemas', async () => {
    const [status, io] = await run('\\conninfo\n\\l\n', '--format', 'csv');
    expect(status).toBe(0);
    expect(io.stdout.text()).toBe('AWSSecretKey=***\nschema_name\r\npublic\r\n');
  });

  describe('with files', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dynadbc-'));
    });
    afterEach(() => rm(folder, { recursive: true }));
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    };

    it('runs the statements and commands of a file and of files that it names', async () => {
      const inner = await file('inner one.sql', 'SELECT\n1');
      const path = await file('outer.sql', `SELECT 1;\r\n\\x\r\n\\i '${inner}'\n\\q\nSELEC 1;\n`);
      const [status, io] = await run(`\\i ${path}\nSELEC 1;\n`);
      expect(status).toBe(0);
      expect(io.stdout.text()).toBe(' n\n---\n 1\n(1 row)\nexpanded is on\n-[ record 1 ]\nn | 1\n(1 row)\n');
    });

    it('ends a file at its first failure', async () => {
      const path = await file('bad.sql', 'SELEC 1;\nSELECT 1;\n');
      const [status, io] = await run(`\\i ${path}\nSELECT 1;\n`);
      expect(status).toBe(1);
      expect([io.stdout.text(), io.stderr.text()]).toEqual(['', expect.stringContaining('SELEC 1')]);
    });

    it('refuses a file that does not exist and one that includes itself', async () => {
      const own = join(folder, 'own.sql');
      await writeFile(own, `\\i ${own}\n`);
      for (const [path, why] of [
        [join(folder, 'none.sql'), 'cannot read'],
        [own, '16 deep'],
        ['', '\\i requires a file path'],
      ] as const) {
        const [status, io] = await run(`\\i ${path}\n`);
        expect(status).toBe(2);
        expect(io.stderr.text()).toContain(why);
      }
    });

    it('writes results to a file, and then to the screen again', async () => {
      const path = join(folder, 'rows.csv');
      const script = `\\o ${path}\nSELECT 1;\nSELECT 1;\n\\o\nSELECT 1;\n`;
      const [status, io] = await run(script, '--format', 'csv');
      expect(status).toBe(0);
      expect(await readFile(path, 'utf8')).toBe('n\r\n1\r\nn\r\n1\r\n');
      expect(io.stdout.text()).toBe('n\r\n1\r\n');
      await run(`\\o ${path}\nSELECT 1;\n`, '--format', 'csv');
      expect(await readFile(path, 'utf8')).toBe('n\r\n1\r\n');
      const [refused, screen] = await run(`\\o ${join(folder, 'no', 'rows.csv')}\n`);
      expect([refused, screen.stderr.text()]).toEqual([2, expect.stringContaining('cannot write')]);
    });
  });

  it('takes a backslash inside a statement for SQL', async () => {
    const [status, io] = await run('SELECT\n\\dt;\n');
    expect(status).toBe(1);
    expect(io.stderr.text()).toContain('unexpected "SELECT');
  });

  it('names the list when a command is unknown', async () => {
    const [status, io] = await run('\\nope\n');
    expect(status).toBe(2);
    expect(io.stderr.text()).toContain('invalid command \\nope');
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

  it('cancels the running statement on Ctrl-C and continues', async () => {
    await shown('dynadbc=> ');
    keys.write('hang;\n');
    while (fake.statements.length === 0) await new Promise(setImmediate);
    await type('\u0003', 'Cancelled by Ctrl-C');
    keys.write('\\q\n');
    expect(await done).toBe(0);
  });

  it('discards the incomplete statement on Ctrl-C', async () => {
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

  it('remembers a statement of several lines as one, and brings it back as one', async () => {
    await type('SELECT\n', 'dynadbc-> ');
    await type('1;\n', '1 row · 12 ms');
    await type('SELECT\n', 'dynadbc-> ');
    await type('more\u0003', '^C');
    await type('\\timing\n', 'timing is off');
    keys.write('\\q\n');
    await done;
    expect(await readFile(join(stateDirectory, 'history'), 'utf8')).toBe(
      'SELECT\r1;\nSELECT\n\\timing\n\\q\n',
    );
    start();
    await shown('dynadbc=> ');
    await type('\u001b[A\u001b[A\u001b[A\u001b[A\n', '1 row · 12 ms');
    expect(fake.statements.map(({ sql }) => sql)).toEqual(['SELECT\n1']);
    keys.write('\\q\n');
    expect(await done).toBe(0);
  });

  it('keeps nothing of a statement that carries a secret in one of its lines', async () => {
    await type('SELECT\n', 'dynadbc-> ');
    await type('1 AS password = 2;\n', 'error');
    keys.write('\\q\n');
    await done;
    expect(await readFile(join(stateDirectory, 'history'), 'utf8')).toBe('\\q\n');
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
