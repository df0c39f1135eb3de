import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toEngineError } from '../../../src/sql/engine/engine-errors.ts';
import { type Engine, openEngine } from '../../../src/sql/engine/engine.ts';

let engine: Engine;
let connection: DuckDBConnection;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  connection = await engine.connect();
  await connection.run('CREATE TABLE t (a INTEGER, b VARCHAR, c JSON)');
  await connection.run("INSERT INTO t VALUES (1, 'x', '[1]'), (2, 'y', '[2]')");
});
afterAll(() => {
  connection.closeSync();
  engine.close();
});

describe('an error of DuckDB', () => {
  it.each([
    ['SELECT (SELECT a FROM t)', '21000', 'more than one row returned by a subquery used as an expression'],
    ['SELECT a FROM t WHERE a IN (SELECT a, b FROM t)', '42601', 'subquery must return only one column'],
    [
      'SELECT a FROM t UNION SELECT a, b FROM t',
      '42601',
      'each UNION, INTERSECT or EXCEPT query must have the same number of columns',
    ],
    ['SELECT a FROM t ORDER BY 3', '42P10', 'ORDER BY position is not in select list (positions are 1 to 1)'],
    ['SELECT a FROM t LIMIT -1', '2201W', 'LIMIT and OFFSET must not be negative'],
    ['SELECT max(min(a)) FROM t', '42803', 'aggregate function calls cannot be nested'],
    ['SELECT a FROM t WHERE row_number() OVER () = 1', '42P20', 'window functions are not allowed in WHERE'],
    ['SELECT a FROM t WHERE max(a) = 1', '42803', 'aggregate functions are not allowed in WHERE'],
    [
      'SELECT a, max(b) FROM t',
      '42803',
      'column "a" must appear in the GROUP BY clause or be used in an aggregate function',
    ],
    ['SELECT unnest(c) FROM t', '42883', 'function unnest(json) does not exist'],
    ['SELECT nope FROM t', '42703', 'column "nope" does not exist'],
    ['SELECT a FROM t x, t y', '42702', 'column reference "a" is ambiguous'],
    ['SELECT nope(a) FROM t', '42883', 'function nope does not exist'],
    ['SELECT sum(b) FROM t', '42883', 'function sum(text) does not exist'],
    ["SELECT b + DATE '2024-01-01' FROM t", '42883', 'operator does not exist: text + date'],
    ['SELECT - b FROM t', '42883', 'operator does not exist: - text'],
    ['SELECT b::INTEGER FROM t', '22P02', 'invalid input syntax for type integer: "x"'],
    ['SELECT 2147483647::INTEGER + a FROM t', '22003', 'integer out of range'],
    ["SELECT error('[SQL_DIVISION_BY_ZERO] division by zero')", '22012', 'division by zero'],
  ])('of %s has SQLSTATE %s and says: %s', async (sql, sqlState, message) => {
    const error = await connection.runAndReadAll(sql).then(
      () => undefined,
      (thrown: unknown) => toEngineError(thrown, () => undefined),
    );
    expect(error).toMatchObject({ sqlState, message });
  });

  it('has the position of the name in the statement', () => {
    const thrown = new Error('Binder Error: Referenced column "nope" not found in FROM clause!');
    expect(toEngineError(thrown, (name) => name.length)).toMatchObject({ position: 4, cause: thrown });
  });
});
