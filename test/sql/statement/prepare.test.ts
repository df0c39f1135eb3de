import { describe, expect, it } from '@jest/globals';
import type { StatementContext } from '../../../src/sql/exec/context.ts';
import { createTransactionBlock } from '../../../src/sql/exec/transaction-block.ts';
import { prepare, type StatementCache } from '../../../src/sql/statement/prepare.ts';

const session = (passthrough = false) => ({ statements: new Map() satisfies StatementCache, passthrough });

describe('prepare', () => {
  it.each([
    ['SELECT * FROM orders WHERE id = ?', 'point-query', 1],
    ['SELECT count(*) FROM orders WHERE id = $1 OR id = $2', 'query', 2],
    ['SELECT * FROM orders WHERE id = :id FOR UPDATE', 'locking-select', 1],
    ['EXPLAIN SELECT * FROM orders', 'explain', 0],
    ['EXPLAIN ANALYZE DELETE FROM orders WHERE id = 1', 'explain', 0],
    ['INSERT INTO orders (id) VALUES (?)', 'command', 1],
    ['SHOW TABLES', 'command', 0],
    ['COMMIT', 'command', 0],
  ])('%s is a %s', async (text, kind, parameterCount) => {
    expect(await prepare(text, session())).toMatchObject({ kind, text, parameterCount });
  });

  it('leaves every statement to DynamoDB with passthrough', async () => {
    const statement = await prepare(`SELECT * FROM "orders" WHERE id = ?`, session(true));
    expect(statement).toMatchObject({ kind: 'partiql', parameterCount: 1, hints: {} });
  });

  it('parses the same text once per cache', async () => {
    const one = session();
    const statement = await prepare('SELECT 1', one);
    expect(await prepare('SELECT 1', one)).toBe(statement);
    expect(await prepare('SELECT 1', session())).not.toBe(statement);
  });

  it('does not cache a statement that cannot be parsed', async () => {
    const one = session();
    await expect(prepare('SELEC 1', one)).rejects.toMatchObject({ code: 'SQL_SYNTAX' });
    expect(one.statements.size).toBe(0);
  });

  it('refuses a command that does not exist', async () => {
    await expect(prepare('GRANT SELECT ON orders TO ana', session())).rejects.toMatchObject({
      code: 'SQL_NOT_SUPPORTED',
    });
  });
});

describe('a failure of a statement', () => {
  const signal = new AbortController().signal;
  const fails = new TypeError('broken');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a context that fails at the first use of its session
  const broken = {
    block: createTransactionBlock(),
    get session(): never {
      throw fails;
    },
    trace: { lookups: [], hasWritten: false, exactNumbers: false },
  } as Partial<StatementContext> as StatementContext;

  it('is a DriverError with the cause, whatever was thrown', async () => {
    const statement = await prepare('SELECT count(*) FROM orders', session());
    const expected = { name: 'DriverError', code: 'EXEC_ENGINE', cause: fails };
    await expect(statement.run([], broken, signal)).rejects.toMatchObject(expected);
    await expect(statement.columns(broken, signal)).rejects.toMatchObject(expected);
    await expect(statement.explain([], broken, signal)).rejects.toMatchObject(expected);
  });

  it('is its cancellation where its signal was aborted', async () => {
    const statement = await prepare('SELECT count(*) FROM orders', session());
    await expect(statement.run([], broken, AbortSignal.abort())).rejects.toMatchObject({
      code: 'EXEC_CANCELLED',
    });
  });

  it('names the parameters that are missing', async () => {
    const statement = await prepare('SELECT count(*) FROM orders WHERE id = :id', session());
    await expect(statement.run({}, broken, signal)).rejects.toMatchObject({ code: 'SQL_PARAMETERS' });
    await expect(statement.explain({}, broken, signal)).rejects.toMatchObject({ code: 'SQL_PARAMETERS' });
  });

  it('is reported for EXPLAIN of PartiQL, whose plan DynamoDB does not expose', async () => {
    const statement = await prepare('SELECT * FROM "orders"', session(true));
    await expect(statement.explain([], broken, signal)).rejects.toMatchObject({ code: 'SQL_NOT_SUPPORTED' });
  });
});
