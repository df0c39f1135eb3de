import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { buildProgram, runCli } from '../../src/cli/program.ts';
import { PACKAGE_VERSION } from '../../src/core/version.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { ColumnInfo } from '../../src/session/connection.ts';
import { fakeConnection, type FakeResult } from '../doubles/fake-connection.ts';
import { fakeIo } from '../doubles/fake-io.ts';

const ORDERS: FakeResult = {
  columns: [
    { name: 'id', type: 'text', oid: 25 },
    { name: 'total', type: 'numeric', oid: 1700 },
  ],
  batches: [[['a', '1.10']], [['b', null]]],
};
const NAMED: FakeResult = { ...ORDERS, parameterNames: ['least'] };
const column = (name: string, more: Partial<ColumnInfo>): ColumnInfo => ({
  table: 'orders',
  name,
  type: 'text',
  position: 1,
  nullable: false,
  hidden: false,
  presence: 1,
  dynamoTypes: ['S'],
  key: undefined,
  ...more,
});
const TABLES = {
  orders: {
    columns: [
      column('id', { key: 'partition' }),
      column('note', { presence: 0.004 }),
      column('$item', { hidden: true }),
    ],
    indexes: [
      {
        table: 'orders',
        name: 'by_status',
        kind: 'global',
        partition: ['status'],
        sort: ['id'],
        projection: 'ALL',
        itemCount: 7,
      },
    ],
  },
  customers: { columns: [], indexes: [] },
} as const;
const shop = () => fakeConnection({ 'SELECT 1': ORDERS, 'SELECT :least': NAMED }, TABLES);

describe('dynadbc query', () => {
  it('prints a table on standard output, and nothing else anywhere when no person is watching', async () => {
    const connection = shop();
    const io = fakeIo({ connection });
    expect(await runCli(['query', 'SELECT 1'], io)).toBe(0);
    expect(io.stdout.text()).toBe(' id | total\n----+-------\n a  |  1.10\n b  |  NULL\n(2 rows)\n');
    expect(io.stderr.text()).toBe('');
    expect(connection.closed).toBe(true);
  });

  it.each([
    ['json', '[{"id":"a","total":1.10},\n {"id":"b","total":null}]\n'],
    ['ndjson', '{"id":"a","total":1.10}\n{"id":"b","total":null}\n'],
    ['csv', 'id,total\r\na,1.10\r\nb,\r\n'],
  ])('prints %s', async (format, expected) => {
    const io = fakeIo({ connection: shop() });
    expect(await runCli(['query', 'SELECT 1', '--format', format], io)).toBe(0);
    expect(io.stdout.text()).toBe(expected);
  });

  it('says where the limit cut the rows off, beside them where they are data', async () => {
    const cut = {
      columns: [{ name: 'n', type: 'bigint', oid: 20 }],
      batches: [[[1n], [2n]]],
      truncated: true,
    } as const;
    const io = fakeIo({ connection: fakeConnection({ 'SELECT 1': cut }) });
    await runCli(['query', 'SELECT 1', '--max-rows', '2'], io);
    expect(io.stdout.text()).toContain('\n(2 rows, cut off at MaxRows=2)\n');
    expect(io.stderr.text()).toBe('');
    await runCli(['query', 'SELECT 1', '--max-rows', '2', '--format', 'csv'], io);
    expect(io.stdout.text()).toMatch(/n\r\n1\r\n2\r\n$/);
    expect(io.stderr.text()).toBe('(2 rows, cut off at MaxRows=2)\n');
  });

  it('says on a terminal what the statement cost', async () => {
    const io = fakeIo({ connection: shop(), terminal: true });
    await runCli(['query', 'SELECT 1'], io);
    expect(io.stderr.text()).toBe('2 rows · 12 ms · 0.5 RCU · GetItem orders(id)\n');
  });

  it('takes the connection from -c before the environment', async () => {
    const io = fakeIo({ connection: shop() });
    await runCli(['query', 'SELECT 1', '-c', 'AWSRegion=Oregon'], io);
    await runCli(['query', 'SELECT 1'], io);
    expect(io.connected).toEqual(['AWSRegion=Oregon', 'AWSRegion=eu-west-1']);
  });

  it('reads the statement from standard input, with - or when it is piped', async () => {
    for (const args of [['query'], ['query', '-'], ['query', '-f', '-']]) {
      const io = fakeIo({ connection: shop(), stdin: 'SELECT 1\n' });
      expect(await runCli(args, io)).toBe(0);
      expect(io.stdout.text()).toContain('(2 rows)');
    }
  });

  it('reads the statement from a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dynadbc-'));
    const path = join(directory, 'q.sql');
    await writeFile(path, 'SELECT 1\n');
    const io = fakeIo({ connection: shop() });
    expect(await runCli(['query', '-f', path], io)).toBe(0);
    expect(await runCli(['query', '-f', path, 'SELECT 1'], io)).toBe(2);
    expect(await runCli(['query', '-f', join(directory, 'none.sql')], io)).toBe(2);
    await rm(directory, { recursive: true });
  });

  it('fills positions or names as the statement has them', async () => {
    const connection = shop();
    const io = fakeIo({ connection });
    await runCli(['query', 'SELECT 1', '--param', 'a=b', '-p', '5'], io);
    await runCli(['query', 'SELECT :least', '--param', 'least=5'], io);
    expect(connection.statements.map(({ parameters }) => parameters)).toEqual([['a=b', 5], { least: 5 }]);
    expect(await runCli(['query', 'SELECT :least', '--param', '5'], io)).toBe(2);
  });

  it('bounds the statement where it is told to', async () => {
    const connection = shop();
    const io = fakeIo({ connection });
    await runCli(['query', 'SELECT 1'], io);
    const flags = ['--timeout', '1.5', '--max-rows', '-1', '--max-rcu', '20', '--partiql', '--param', '5'];
    await runCli(['query', 'SELECT 1', ...flags], io);
    const signal = expect.any(AbortSignal);
    const onProgress = expect.any(Function);
    expect(connection.statements.map(({ parameters, options }) => [parameters, options])).toEqual([
      [[], { signal, onProgress }],
      [[5], { signal, onProgress, timeoutMs: 1500, maxRows: -1, maxRcu: 20, passthrough: true }],
    ]);
    expect(await runCli(['query', 'SELECT 1', '--timeout', 'soon'], io)).toBe(2);
  });

  it('fails with status 1 and points at the place', async () => {
    const io = fakeIo({ connection: shop() });
    expect(await runCli(['query', 'SELEC 1'], io)).toBe(1);
    expect(io.stdout.text()).toBe('');
    expect(io.stderr.text()).toBe(
      [
        'error: unexpected "SELEC 1" (SQLSTATE 42601)',
        'LINE 1: SELEC 1',
        '        ^',
        'did you mean "select"?',
        'hint: Correct the statement at the marked position.',
        '',
      ].join('\n'),
    );
  });

  it('fails with one JSON object where a program is reading', async () => {
    const io = fakeIo({ connection: shop() });
    expect(await runCli(['query', 'SELEC 1', '--json-errors'], io)).toBe(1);
    expect(JSON.parse(io.stderr.text())).toEqual({
      code: 'SQL_SYNTAX',
      sqlState: '42601',
      retryable: false,
      message: 'unexpected "SELEC 1"',
      remedy: 'Correct the statement at the marked position.',
      position: 1,
      candidates: ['select'],
      attempts: [],
    });
  });

  it('keeps the rows before a failure and ends with status 1', async () => {
    const failure = new DriverError('DYNAMO_THROTTLED', 'slow down');
    const io = fakeIo({ connection: fakeConnection({ x: { ...ORDERS, failure } }) });
    expect(await runCli(['query', 'x', '--format', 'ndjson'], io)).toBe(1);
    expect(io.stdout.text()).toContain('{"id":"b"');
  });

  it('is cancelled by the first Ctrl-C and left by the second', async () => {
    const io = fakeIo({ connection: fakeConnection({ x: { ...ORDERS, hangs: true } }) });
    const done = runCli(['query', 'x', '--format', 'ndjson'], io);
    while (io.stdout.text() === '') await new Promise(setImmediate);
    io.interrupt();
    io.interrupt();
    expect(await done).toBe(1);
    expect(io.exits).toEqual([130]);
    expect(io.stderr.text()).toContain('Cancelled by Ctrl-C (SQLSTATE 57014)');
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const io = fakeIo({ connection: shop(), stdout });
    expect(await runCli(['query', 'SELECT 1'], io)).toBe(0);
    expect(io.stderr.text()).toBe('');
  });

  it('waits for a slow reader', async () => {
    let waiting = 0;
    let most = 0;
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        most = Math.max(most, ++waiting);
        setImmediate(() => {
          waiting--;
          done();
        });
      },
    });
    const batches = Array.from({ length: 50 }, () => [['a', '1']]);
    const io = fakeIo({ connection: fakeConnection({ x: { ...ORDERS, batches } }), stdout });
    expect(await runCli(['query', 'x', '--format', 'csv'], io)).toBe(0);
    expect(most).toBe(1);
  });
});

describe('wrong usage', () => {
  it.each([
    [[], 'Usage: dynadbc'],
    [['query', '--format', 'xml', 'SELECT 1'], 'Allowed choices are table, json, ndjson, csv'],
    [['query', 'a', 'b'], 'too many arguments'],
    [['describe'], "missing required argument 'table'"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['query', '--nope'], "unknown option '--nope'"],
  ])('%j ends with status 2', async (args, expected) => {
    const io = fakeIo({ connection: shop() });
    expect(await runCli(args, io)).toBe(2);
    expect(io.stderr.text()).toContain(expected);
    expect(io.stdout.text()).toBe('');
  });

  it('is having no connection string, or no statement on a terminal', async () => {
    const io = fakeIo({ env: {}, terminal: true });
    expect(await runCli(['query', 'SELECT 1'], io)).toBe(2);
    expect(await runCli(['query'], io)).toBe(2);
    expect(await runCli(['query'], fakeIo({ stdin: '\n' }))).toBe(2);
    expect(io.stderr.text()).toMatch(/DYNADBC_CONNECTION[^]+no statement/);
  });

  it('does not repeat a connection string that stands in the wrong place', async () => {
    const io = fakeIo();
    expect(await runCli(["AuthScheme=Okta;Password='hunter2'"], io)).toBe(2);
    expect(await runCli(['query', '--Password=hunter2', 'x'], io)).toBe(2);
    expect(io.stderr.text()).not.toContain('hunter2');
  });

  it('is JSON too where a program is reading', async () => {
    const io = fakeIo();
    expect(await runCli(['query', '--nope', '--json-errors'], io)).toBe(2);
    expect(JSON.parse(io.stderr.text())).toMatchObject({ code: 'USAGE', message: "unknown option '--nope'" });
  });
});

describe('the other commands', () => {
  it('list tables as names or as rows', async () => {
    const io = fakeIo({ connection: shop() });
    await runCli(['tables'], io);
    await runCli(['tables', '--format', 'ndjson'], io);
    expect(io.stdout.text()).toBe(
      'orders\ncustomers\n{"table":"orders","kind":"table"}\n{"table":"customers","kind":"table"}\n',
    );
  });

  it('describe a table', async () => {
    const io = fakeIo({ connection: shop() });
    expect(await runCli(['describe', 'orders'], io)).toBe(0);
    expect(io.stdout.text()).toBe(
      [
        "Table orders (7 items, 1.23 kB at DynamoDB's last count)",
        ' column | type | key       | present | DynamoDB types',
        '--------+------+-----------+---------+----------------',
        ' id     | text | partition | 100%    | S',
        ' note   | text |           | <1%     | S',
        ' $item  | text | hidden    | 100%    | S',
        '',
        'Indexes',
        ' index     | kind   | partition key | sort key | projection     | items',
        '-----------+--------+---------------+----------+----------------+-------',
        ' by_status | global | status        | id       | all attributes | 7',
        '',
        '',
      ].join('\n'),
    );
    expect(await runCli(['describe', 'nothing'], io)).toBe(1);
  });

  it('describe a table as JSON', async () => {
    const io = fakeIo({ connection: shop() });
    await runCli(['describe', 'orders', '--json'], io);
    expect(JSON.parse(io.stdout.text())).toMatchObject({ table: 'orders', indexes: [{ itemCount: 7 }] });
  });

  it('explain a statement', async () => {
    const io = fakeIo({ connection: shop() });
    await runCli(['explain', 'SELECT 1'], io);
    await runCli(['explain', 'SELECT :least', '--json', '-p', 'least=1'], io);
    expect(io.stdout.text()).toMatch(/^GetItem orders\(id\)\n {2}1 request\n\{\n {2}"mode": "direct"/);
  });

  it('hand Ctrl-C on to the sign-in that whoami waits for', async () => {
    const connection = shop();
    const heard: unknown[] = [];
    const whoami: typeof connection.whoami = async (options) => {
      heard.push(options?.signal);
      return connection.whoami();
    };
    await runCli(['whoami'], fakeIo({ connection: { ...connection, whoami } }));
    expect(heard).toEqual([expect.any(AbortSignal)]);
  });

  it('say who is signed in', async () => {
    const io = fakeIo({ connection: shop() });
    await runCli(['whoami'], io);
    expect(io.stdout.text()).toContain('account     123456789012\n');
    expect(io.stdout.text()).toContain('expires     never\n');
    const json = fakeIo({ connection: shop() });
    await runCli(['whoami', '--json'], json);
    expect(JSON.parse(json.stdout.text())).toMatchObject({ scheme: 'AwsRootKeys', expiration: null });
  });

  it('say until when a sign-in lasts', async () => {
    const connection = shop();
    const ends = async (expiration: Date): Promise<string> => {
      const identity = { ...(await connection.whoami()), expiration };
      const io = fakeIo({ connection: { ...connection, whoami: async () => identity } });
      await runCli(['whoami'], io);
      return io.stdout.text();
    };
    expect(await ends(new Date('2026-01-01T00:59:59Z'))).toContain('2026-01-01T00:59:59.000Z (in 59 min)\n');
    expect(await ends(new Date('2026-01-01T02:05:00Z'))).toContain('(in 2 h 5 min)\n');
    expect(await ends(new Date('2025-12-31T23:00:00Z'))).toContain('(expired)\n');
  });

  it('list and explain the properties of a connection string', async () => {
    const io = fakeIo();
    expect(await runCli(['properties'], io)).toBe(0);
    expect(io.stdout.text()).toContain('AWSRegion');
    const one = fakeIo();
    expect(await runCli(['properties', 'aws region'], one)).toBe(0);
    expect(one.stdout.text()).toMatch(/^AWSRegion: [^]+type {8}Region/);
    expect(await runCli(['properties', 'AWSRegin'], one)).toBe(2);
    expect(one.stderr.text()).toContain('AWSRegion');
  });
});

describe('help', () => {
  it('is printed on standard output with status 0, as the version is', async () => {
    const io = fakeIo();
    expect(await runCli(['--help'], io)).toBe(0);
    expect(await runCli(['help', 'query'], io)).toBe(0);
    expect(await runCli(['--version'], io)).toBe(0);
    expect(io.stdout.text()).toMatch(/^Usage: dynadbc/);
    expect(io.stdout.text()).toContain(`\n${PACKAGE_VERSION}\n`);
  });

  it('has a summary and examples for every command', async () => {
    for (const command of (await buildProgram(fakeIo())).commands) {
      const io = fakeIo();
      expect(command.summary()).not.toBe('');
      expect(await runCli([command.name(), '--help'], io)).toBe(0);
      expect(io.stdout.text()).toMatch(/\nExamples:\n {2}/);
    }
  });
});
