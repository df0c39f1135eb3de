import { describe, expect, it } from '@jest/globals';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { TableDef } from '../../../src/catalog/table-def.ts';
import { rememberedPlan } from '../../../src/sql/exec/plan-memory.ts';
import type { ParameterLiteral } from '../../../src/sql/parse/parameter-list.ts';
import { type ParsedQuery, parseStatement } from '../../../src/sql/parse/parse.ts';
import { createPlanner, type StatementPlan } from '../../../src/sql/plan/planner.ts';

const SETTINGS = { autoDetectIndex: true, consistentReads: false, threads: 1 };

/** A table that may come to look different, and a count of the plans that were made over it. */
async function memory() {
  const parsed = (await parseStatement('SELECT * FROM orders WHERE total > $1')) as ParsedQuery;
  const world = { table: {} as TableDef | undefined, made: 0 };
  const table = async (): Promise<TableDef> => {
    if (world.table === undefined) throw new Error('there is no table');
    return world.table;
  };
  const catalog = { table, view: async () => undefined } as Partial<Catalog> as Catalog;
  const planner = createPlanner();
  const plan = (parameters: readonly ParameterLiteral[] = [], settings = SETTINGS): Promise<StatementPlan> =>
    rememberedPlan(parsed, parameters, { planner, catalog, settings }, undefined, async (recorded) => {
      await recorded.table('orders');
      world.made += 1;
      return {} as StatementPlan;
    });
  return { world, plan };
}

describe('remembered plans', () => {
  it('are used again for the same parameters and settings', async () => {
    const { world, plan } = await memory();
    const first = await plan([{ kind: 'number', text: '1' }]);
    expect(await plan([{ kind: 'number', text: '1' }])).toBe(first);
    expect(await plan([{ kind: 'number', text: '2' }])).not.toBe(first);
    expect(await plan([{ kind: 'text', text: '1' }])).not.toBe(first);
    expect(await plan([{ kind: 'number', text: '1' }], { ...SETTINGS, consistentReads: true })).not.toBe(
      first,
    );
    expect(world.made).toBe(4);
  });

  it('are made anew when a table looks different', async () => {
    const { world, plan } = await memory();
    const first = await plan();
    world.table = {} as TableDef;
    const second = await plan();
    expect(second).not.toBe(first);
    expect(await plan()).toBe(second);
  });

  it('are not used for a table that is gone', async () => {
    const { world, plan } = await memory();
    await plan();
    world.table = undefined;
    await expect(plan()).rejects.toThrow('there is no table');
  });
});
