import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/program.ts';
import { type FakeResult, fakeConnection } from '../doubles/fake-connection.ts';
import { fakeIo, type FakeIoOptions } from '../doubles/fake-io.ts';

const DONE: FakeResult = { columns: [], batches: [] };
const SWEEPS = [
  'DELETE FROM orders',
  'UPDATE orders SET a = 1',
  'TRUNCATE orders',
  'DROP TABLE orders',
  'EXPLAIN ANALYZE DELETE FROM orders',
];
const OTHERS = [
  'DELETE FROM orders WHERE id = 1',
  'UPDATE orders SET a = 1 WHERE true',
  'EXPLAIN DELETE FROM orders',
  'DROP TABLE IF EXISTS nothing',
  'SELECT 1',
];

function world(statement: string, options: FakeIoOptions = {}) {
  const connection = fakeConnection({ [statement]: DONE }, { orders: { columns: [], indexes: [] } });
  return { connection, io: fakeIo({ connection, ...options }) };
}

describe('a statement that affects every item', () => {
  it.each(SWEEPS)('is refused without a terminal: %s', async (sql) => {
    const { connection, io } = world(sql);
    expect(await runCli(['query', sql], io)).toBe(2);
    expect(connection.statements).toEqual([]);
    expect(io.stderr.text()).toMatch(/affects every item of orders \(7 items at the last count/);
    expect(io.stderr.text()).toContain('--yes');
  });

  it.each(SWEEPS)('runs without a question with --yes: %s', async (sql) => {
    const { connection, io } = world(sql, { answers: [] });
    expect(await runCli(['query', '--yes', sql], io)).toBe(0);
    expect(connection.statements).toHaveLength(1);
    expect(io.questions).toEqual([]);
  });

  it('runs when the person says yes, who is told what it costs', async () => {
    const { connection, io } = world('DELETE FROM orders', { terminal: true, answers: ['yes'] });
    expect(await runCli(['query', 'DELETE FROM orders'], io)).toBe(0);
    expect(connection.statements).toHaveLength(1);
    expect(io.questions).toEqual([
      'DELETE without WHERE affects every item of orders (7 items at the last count, about 7 WCU plus its indexes). Type yes to continue',
    ]);
  });

  it.each(['', 'no', 'yesterday'])('does not run when the person answers %j', async (answer) => {
    const { connection, io } = world('TRUNCATE orders', { terminal: true, answers: [answer] });
    expect(await runCli(['query', 'TRUNCATE orders'], io)).toBe(1);
    expect(connection.statements).toEqual([]);
    expect(io.stderr.text()).toContain('TRUNCATE was not confirmed; nothing was changed');
  });

  it.each(OTHERS)('is none of these: %s', async (sql) => {
    const { connection, io } = world(sql, { answers: [] });
    expect(await runCli(['query', sql], io)).toBe(0);
    expect(connection.statements).toHaveLength(1);
    expect(io.questions).toEqual([]);
  });

  it('ends a script of the shell, and with --yes does not', async () => {
    for (const [flags, status] of [
      [[], 2],
      [['--yes'], 0],
    ] as const) {
      const { connection, io } = world('DELETE FROM orders', { stdin: 'DELETE FROM orders;\n' });
      expect(await runCli(['shell', ...flags], io)).toBe(status);
      expect(connection.statements).toHaveLength(status === 0 ? 1 : 0);
    }
  });
});
