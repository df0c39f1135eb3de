import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createMemoryBudget } from '../../../src/sql/engine/memory-budget.ts';
import { type Engine, openEngine } from '../../../src/sql/engine/engine.ts';
import { choosePortions } from '../../../src/sql/exec/text-portions.ts';

const BY_KEY = { textGroups: () => [{ alias: 'r0', keys: ['pk'], texts: ['s'] }] };
const BY_FEW = { textGroups: () => [{ alias: 'r0', keys: ['few'], texts: ['s'] }] };
const ROWS = 600_000;

let engine: Engine;
let connection: DuckDBConnection;
beforeAll(async () => {
  engine = await openEngine({ memory: createMemoryBudget(100_000_000), threads: 1 });
  connection = await engine.connect();
  await connection.run('CREATE SCHEMA s');
  await connection.run(
    `CREATE VIEW s.r0 AS SELECT i AS pk, i % 10 AS few, repeat('x', 100) AS s FROM range(${ROWS}) t(i)`,
  );
});
afterAll(() => {
  connection.closeSync();
  engine.close();
});

describe('portions', () => {
  it('are as many as needed for the strings of each to fit in an eighth of the memory', async () => {
    const portions = await choosePortions(connection, 's', BY_KEY, ROWS);
    // About 600,000 groups of 132 bytes are 79 MB; the number of groups is an estimate.
    expect([5, 7, 9]).toContain(portions?.get('r0'));
  });

  it('are odd', async () => {
    const portions = await choosePortions(
      connection,
      's',
      { textGroups: () => [{ alias: 'r0', keys: ['pk'], texts: ['s', 's', 's', 's', 's'] }] },
      ROWS,
    );
    expect((portions?.get('r0') ?? 0) % 2).toBe(1);
  });

  it('are not used for few groups', async () => {
    expect(await choosePortions(connection, 's', BY_FEW, ROWS)).toBeUndefined();
  });

  it('are not used for few rows, which are not measured', async () => {
    expect(await choosePortions(connection, 'nowhere', BY_KEY, 1000)).toBeUndefined();
  });
});
