import { describe, expect, it } from '@jest/globals';
import { BOOLEAN, DuckDBInstance, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { createYieldingMacro, IN_JAVASCRIPT, registerYield } from '../../../src/sql/engine/yielding.ts';

const CHUNKS = 100;

/** Runs a query over 100 chunks and returns the number of calls of the function `upper_js`, also of those within one turn of the event loop. */
async function countCalls(
  sql: string,
  threads: number,
): Promise<{ readonly rows: unknown; readonly calls: number; readonly perTurn: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  let [calls, perTurn, thisTurn] = [0, 0, 0];
  registerYield(connection);
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: `upper_js${IN_JAVASCRIPT}`,
      returnType: VARCHAR,
      parameterTypes: [VARCHAR, VARCHAR, BOOLEAN],
      mainFunction: (_, input, output) => {
        calls += 1;
        thisTurn += 1;
        perTurn = Math.max(perTurn, thisTurn);
        const [text, suffix] = [input.getColumnVector(0), input.getColumnVector(1)];
        for (let row = 0; row < input.rowCount; row++)
          output.setItem(row, String(text.getItem(row)).toUpperCase() + String(suffix.getItem(row)));
        output.flush();
      },
    }),
  );
  await connection.run(createYieldingMacro('upper_js', 2));
  await connection.run(
    `CREATE TABLE t AS SELECT 'a' || i AS x FROM generate_series(1, ${CHUNKS * 2048}) AS g(i)`,
  );
  calls = 0;
  let turn = setImmediate(function next() {
    thisTurn = 0;
    turn = setImmediate(next);
  });
  const result = await connection.runAndReadAll(sql);
  clearImmediate(turn);
  const rows = result.getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return { rows, calls, perTurn };
}

describe('functions that run in JavaScript', () => {
  it.each([1, 2, 3])('leave the event loop a turn after one chunk of each of %d threads', async (threads) => {
    const { rows, calls, perTurn } = await countCalls("SELECT max(upper_js(x, '!')) FROM t", threads);
    expect(rows).toEqual([['A99999!']]);
    expect(calls).toBeGreaterThanOrEqual(CHUNKS);
    expect(perTurn).toBeLessThanOrEqual(threads);
  });

  it('are called once per chunk where their arguments are such calls', async () => {
    const { rows, calls } = await countCalls("SELECT max(upper_js(upper_js(x, '!'), '?')) FROM t", 1);
    expect(rows).toEqual([['A99999!?']]);
    expect(calls).toBe(2 * CHUNKS);
  });

  it('are not called for each row if their arguments are constant', async () => {
    const { calls } = await countCalls("SELECT count(*) FROM t WHERE x > upper_js('a5', '')", 1);
    expect(calls).toBeLessThan(10);
  });
});
