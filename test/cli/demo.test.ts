import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOUR } from '../../src/cli/demo/tour.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/program.ts';
import { connect } from '../../src/host/node/connect.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { SHOP } from '../../src/sandbox/shop.ts';
import { fakeIo } from '../doubles/fake-io.ts';

const smallShop: Io['startSandbox'] = (options) =>
  startSandbox({
    ...options,
    tables: SHOP.map((table) => ({ ...table, itemCount: 60, items: () => [...table.items()].slice(0, 60) })),
  });

describe('dynadbc demo', () => {
  it('runs every statement of the tour and prints its cost', async () => {
    const io = fakeIo({ connect, startSandbox });
    expect([await runCli(['demo'], io), io.stderr.text()]).toEqual([
      0,
      expect.stringContaining('Embedded DynamoDB with 20,000 items'),
    ]);
    const shown = io.stdout.text();
    for (const { title } of TOUR) expect(shown).toContain(`. ${title}\n`);
    const costs = shown.split('\n').filter((line) => / · [\d.]+ RCU · /.test(line));
    expect(costs.map((line) => line.replace(/^.* RCU · /, ''))).toEqual([
      'GetItem customers(id)',
      'BatchGetItem customers(id) of 3 keys',
      'Query orders(customer_id) descending',
      'Query readings(sensor_id, taken_at)',
      'Query orders.by_status(status)',
      'Scan customers',
      'Query orders.by_status(status)',
      expect.stringContaining('Query orders.by_status(status)'),
      'Scan customers · Scan orders',
      'Query readings(sensor_id, taken_at)',
    ]);
    expect(shown).not.toContain('(0 rows)');
    expect(shown).toMatch(
      /The connection string:\n\n {2}AWSAccessKey=demo;.*Endpoint=http:\/\/127\.0\.0\.1:\d+\n/,
    );
  });

  it('opens the shell with --shell', async () => {
    const io = fakeIo({
      connect,
      startSandbox: smallShop,
      stdin: 'SELECT count(*) AS orders FROM orders;\n',
    });
    expect(await runCli(['demo', '--shell'], io)).toBe(0);
    expect(io.stdout.text()).toMatch(/ orders\n-+\n +60\n\(1 row\)\n$/);
  });

  it('keeps the embedded DynamoDB running until Ctrl-C with --keep', async () => {
    const io = fakeIo({ connect, startSandbox: smallShop });
    const done = runCli(['demo', '--keep'], io);
    const kept = new Promise((resolve) => {
      io.stderr.stream.on('data', () => io.stderr.text().includes('until Ctrl-C') && resolve('kept'));
    });
    expect(await Promise.race([kept, done])).toBe('kept');
    io.interrupt();
    expect(await done).toBe(0);
  });
});

describe('the command line over DynamoDB', () => {
  const digits = '12345678901234567890.123456789012345678';
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({
      tables: [
        {
          definition: {
            TableName: 'numbers',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            BillingMode: 'PAY_PER_REQUEST',
          },
          itemCount: 2,
          items: () => [
            { id: { S: 'a' }, n: { N: digits }, i: { N: '90071992547409931' } },
            { id: { S: 'b' }, n: { N: '0.5' }, text: { S: '\u001b[2J' } },
          ],
        },
      ],
    });
  });
  afterAll(() => sandbox.close());

  const ask = async (...args: string[]): Promise<string> => {
    const io = fakeIo({ connect, env: { DYNADBC_CONNECTION: sandbox.connectionString } });
    expect([await runCli(args, io), io.stderr.text()]).toEqual([0, '']);
    return io.stdout.text();
  };

  it('keeps all digits of numbers', async () => {
    const sql = 'SELECT n, i FROM numbers WHERE id = $1';
    expect(await ask('query', sql, '--param', 'a', '--format', 'ndjson')).toBe(
      `{"n":${digits},"i":90071992547409931}\n`,
    );
    expect(await ask('query', sql, '--param', 'a', '--format', 'csv')).toBe(
      `n,i\r\n${digits},90071992547409931\r\n`,
    );
  });

  it('finds a number by a parameter with all its digits', async () => {
    for (const value of ['0.5', digits]) {
      const found = await ask(
        'query',
        'SELECT count(*) AS n FROM numbers WHERE n = :n',
        '-p',
        `n=${value}`,
        '--format',
        'csv',
      );
      expect(found).toBe('n\r\n1\r\n');
    }
  });

  it('lists, describes and explains', async () => {
    expect(await ask('tables')).toBe('numbers\n');
    expect(await ask('describe', 'numbers')).toMatch(/ id +\| text +\| partition \| 100% /);
    expect(await ask('explain', "SELECT * FROM numbers WHERE id = 'a'")).toContain('GetItem numbers(id)');
  });
});
