import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../sql/dialect/recorded.ts';

const INSTALLED = '/usr/lib/postgresql';
const [RECORD, FIELD, NULL] = ['\u001e', '\u001f', '\u001d'];
const USER = 'postgres';

/** A PostgreSQL server in a new directory and on a free port. */
export interface Postgres {
  /** Runs the statements in one session and returns their results. */
  run(setup: string, statements: readonly string[]): Outcome[];
  stop(): void;
}

/** Returns the directory of PostgreSQL 15's programs, or undefined if it is not installed. */
export function findPostgres(): string | undefined {
  const version = existsSync(INSTALLED)
    ? readdirSync(INSTALLED).find((each) => each.startsWith('15'))
    : undefined;
  return version === undefined ? undefined : join(INSTALLED, version, 'bin');
}

/** Starts a server with a database `dynamodb` and the current schema `dynamodb`, as in the driver. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-postgres-'));
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, USER], { encoding: 'utf8' })),
  );
  chownSync(directory, uid, gid);
  const port = await findFreePort();
  const data = join(directory, 'data');
  // PostgreSQL does not run as root.
  const asUser = (program: string, args: readonly string[]): void => {
    execFileSync(join(programs, program), args, { cwd: directory, stdio: 'ignore', uid, gid, env: {} });
  };
  const session = (database: string, script: string): string =>
    spawnSync(
      join(programs, 'psql'),
      [
        '-X',
        '-q',
        '-A',
        '-t',
        '-F',
        FIELD,
        '-R',
        RECORD,
        '-P',
        `null=${NULL}`,
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        USER,
        database,
      ],
      { input: script, encoding: 'utf8', env: { PGCLIENTENCODING: 'UTF8' }, maxBuffer: 64 * 1024 * 1024 },
    ).stdout;
  asUser('initdb', ['-D', data, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-U', USER]);
  asUser('pg_ctl', [
    '-D',
    data,
    '-w',
    '-l',
    join(directory, 'log'),
    '-o',
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${directory} -c fsync=off -c timezone=UTC`,
    'start',
  ]);
  session('postgres', 'create database dynamodb;');
  return {
    run: (setup, statements) =>
      parseOutcomes(session('dynamodb', createScript(setup, statements)), statements.length),
    stop() {
      asUser('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A script that prints the columns, the rows and the SQLSTATE of each statement, separated by marks. */
function createScript(setup: string, statements: readonly string[]): string {
  const parts = statements.map((sql) =>
    [
      `\\echo @@statement`,
      `${sql} \\gdesc`,
      `\\echo @@rows`,
      `${sql} \\g`,
      `\\echo @@state :SQLSTATE :LAST_ERROR_MESSAGE`,
    ].join('\n'),
  );
  return `drop schema public cascade;\ncreate schema public;\nset search_path = public, dynamodb;\n${setup}\nset search_path = dynamodb, public;\n${parts.join('\n')}\n`;
}

function parseOutcomes(output: string, expected: number): Outcome[] {
  const found = output.split('@@statement\n').slice(1).map(parseOutcome);
  if (found.length !== expected)
    throw new Error(`psql returned ${found.length} results for ${expected} statements`);
  return found;
}

function parseOutcome(block: string): Outcome {
  const [described = '', rest = ''] = block.split('@@rows\n');
  const at = rest.lastIndexOf('@@state ');
  const [, state = '', message = ''] = /^(\w+) ?(.*)/s.exec(rest.slice(at + '@@state '.length).trim()) ?? [];
  if (state !== '00000') return { error: state, message };
  const columns = parseRows(described);
  return {
    columns: columns.map(([name]) => name ?? ''),
    types: columns.map(([, type]) => (type ?? '').replace(/\(\d+(?:,\d+)?\)/, '')),
    rows: parseRows(rest.slice(0, at)),
  };
}

function parseRows(text: string): (string | null)[][] {
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return body === '' && text === ''
    ? []
    : body.split(RECORD).map((row) => row.split(FIELD).map((field) => (field === NULL ? null : field)));
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
