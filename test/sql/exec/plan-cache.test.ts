import { describe, expect, it } from '@jest/globals';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { TableDef } from '../../../src/catalog/table-def.ts';
import type { BoundStatement } from '../../../src/sql/bind/bind.ts';
import { memoizePlan } from '../../../src/sql/exec/plan-cache.ts';
import type { ParameterLiteral } from '../../../src/sql/parse/parameter-value.ts';
import { type ParsedQuery, parseStatement } from '../../../src/sql/parse/parse.ts';
import { bigint, tableDef, text } from '../engine-fixture.ts';
import { createPlanner, type StatementPlan } from '../../../src/sql/plan/planner.ts';
import type { DatabaseContext } from '../../../src/sql/exec/context.ts';
import { DEFAULT_SETTINGS, createTestSession } from '../../support/test-database.ts';

const SETTINGS = DEFAULT_SETTINGS;

const LOOK = { id: text, total: bigint };
const ONE: readonly ParameterLiteral[] = [{ kind: 'number', text: '1' }];

/** A table that can change, and counts of its bindings and plans. */
async function setUp() {
  const parsed = (await parseStatement('SELECT * FROM orders WHERE total > $1')) as ParsedQuery;
  const state = {
    table: tableDef('orders', LOOK) as TableDef | undefined,
    made: 0,
    bound: [] as BoundStatement[],
  };
  const table = async (): Promise<TableDef> => {
    if (state.table === undefined) throw new Error('table not found');
    return state.table;
  };
  const catalog = { table, view: async () => undefined } as Partial<Catalog> as Catalog;
  const session = createTestSession({
    planner: createPlanner(),
  } as Partial<DatabaseContext> as DatabaseContext);
  const trace = { lookups: [], hasWritten: false, exactNumbers: false };
  const plan = (parameters = ONE, settings = SETTINGS): Promise<StatementPlan> =>
    memoizePlan(parsed, parameters, { session, catalog, settings, trace }, undefined, async (bound) => {
      state.made += 1;
      state.bound.push(bound);
      return {} as StatementPlan;
    });
  return { state, plan };
}

describe('cached plans', () => {
  it('are reused for the same parameters and settings', async () => {
    const { state, plan } = await setUp();
    const first = await plan(ONE);
    expect(await plan(ONE)).toBe(first);
    expect(await plan([{ kind: 'number', text: '2' }])).not.toBe(first);
    expect(await plan([{ kind: 'text', text: '1' }])).not.toBe(first);
    expect(await plan(ONE, { ...SETTINGS, consistentReads: true })).not.toBe(first);
    expect(state.made).toBe(4);
  });

  it('are made again when a table has changed', async () => {
    const { state, plan } = await setUp();
    const first = await plan();
    state.table = tableDef('orders', LOOK);
    const second = await plan();
    expect(second).not.toBe(first);
    expect(await plan()).toBe(second);
  });

  it('for other parameters reuse the binding while the table has not changed', async () => {
    const { state, plan } = await setUp();
    await plan(ONE);
    await plan([{ kind: 'number', text: '20' }]);
    state.table = tableDef('orders', LOOK);
    await plan([{ kind: 'number', text: '300' }]);
    const [first, second, third] = state.bound;
    expect(second?.select).toBe(first?.select);
    expect(third?.select).not.toBe(first?.select);
    expect(state.bound.map((bound) => / > (\d+)/.exec(bound.engineSql('s'))?.[1])).toEqual([
      '1',
      '20',
      '300',
    ]);
  });

  it('are not made for too few parameters', async () => {
    const { plan } = await setUp();
    await plan();
    await expect(plan([])).rejects.toMatchObject({ code: 'SQL_PARAMETERS' });
  });

  it('are not used for a table that was dropped', async () => {
    const { state, plan } = await setUp();
    await plan();
    state.table = undefined;
    await expect(plan()).rejects.toThrow('table not found');
  });
});
