import { describe, expect, it } from '@jest/globals';
import { sketchAttributes } from '../../../src/catalog/value-sketch.ts';
import type { TableDef } from '../../../src/catalog/table-def.ts';
import { estimateCost, estimateReadUnits } from '../../../src/sql/plan/cost.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import { chooseAccessPath } from '../../../src/sql/plan/choose-path.ts';
import { explainUnusedIndexes } from '../../../src/sql/plan/unused-indexes.ts';
import { column } from '../../support/columns.ts';
import { compare, isIn, scan, SETTINGS } from '../../support/reads.ts';
import { index, key, table } from '../../support/tables.ts';

const ITEMS = Array.from({ length: 1000 }, (_, n) => ({
  pk: { S: `p${n % 10}` },
  sk: { S: String(n).padStart(4, '0') },
  status: { S: n % 50 === 0 ? 'open' : 'done' },
  kind: { S: `k${n % 4}` },
}));
const sketches = sketchAttributes(ITEMS);
const plain = table([column('status', 'text'), column('kind', 'text'), column('body', 'text')], {
  itemCount: 10_000,
  sizeBytes: 4_000_000,
  indexes: [
    index('by_status', key('status:S', 'pk:S'), { itemCount: 10_000, sizeBytes: 4_000_000 }),
    index('by_kind', key('kind:S', 'sk:S'), { itemCount: 10_000, sizeBytes: 4_000_000 }),
    index('keys', key('sk:S', 'pk:S'), { projection: ['pk', 'sk'], itemCount: 10_000, sizeBytes: 300_000 }),
  ],
});
const sketched: TableDef = {
  ...plain,
  columns: plain.columns.map((each) => {
    const values = sketches.get(each.name);
    return values === undefined || each.hidden === true ? each : { ...each, values };
  }),
};
const planned = (...conditions: Parameters<typeof scan>[1]) =>
  chooseAccessPath(scan(sketched, conditions), SETTINGS, PUSHDOWN_RULES);

describe('the cost of a read', () => {
  it('rounds the sum of a page, and each item that is fetched by key', () => {
    const keys = Array.from({ length: 8 }, (_, i) => ({ pk: { S: 'p1' }, sk: { S: `${i}` } }));
    const got = { ...scan(sketched, []), access: { kind: 'BatchGetItem', keys } } as const;
    expect(estimateCost(got, SETTINGS)).toEqual({ units: 4, requests: 1, rounds: 1 });
    const [range] = [{ equals: { pk: { S: 'p1' } } }];
    const query = { ...scan(sketched, []), access: { kind: 'Query', ranges: [range] } } as const;
    expect(estimateCost(query, SETTINGS).units).toBeCloseTo((1000 * 400) / 8192, 0);
    expect(estimateCost(query, { consistentReads: true }).units).toBeCloseTo((1000 * 400) / 4096, 0);
  });

  it('does not count conditions implied by another one', () => {
    const open = compare('status', '=', 'open');
    const [alone, twice] = [[open], [open, isIn('status', 'open', 'done'), compare('status', '>', 'a')]].map(
      (filter) =>
        estimateCost({ ...scan(sketched, filter, { filter, residual: [], limit: 1 }) }, SETTINGS).units,
    );
    expect(twice).toBe(alone);
  });

  it('distinguishes common values from rare ones', () => {
    expect(planned(compare('status', '=', 'open'), compare('kind', '=', 'k0')).access).toMatchObject({
      kind: 'Query',
      index: 'by_status',
    });
    expect(planned(compare('status', '=', 'done'), compare('kind', '=', 'k0')).access).toMatchObject({
      kind: 'Query',
      index: 'by_kind',
    });
  });

  it('shows what an unused index would have cost', () => {
    const read = planned(compare('status', '=', 'open'), compare('kind', '=', 'k0'));
    expect(explainUnusedIndexes(read, SETTINGS)).toMatchObject([
      { index: 'by_kind', why: 'cost', reason: expect.stringMatching(/^about [\d.]+ RCU against [\d.]+$/) },
      { index: 'keys', why: 'key' },
    ]);
    expect(estimateReadUnits(read, false)).toBeLessThan(15);
  });

  it('prefers one Query of a partition to fetching many of its items', () => {
    const many = Array.from({ length: 600 }, (_, i) => String(i).padStart(4, '0'));
    expect(planned(compare('pk', '=', 'p1'), isIn('sk', ...many)).access).toMatchObject({
      kind: 'Query',
      ranges: [{ equals: { pk: { S: 'p1' } } }],
    });
    expect(planned(compare('pk', '=', 'p1'), isIn('sk', '0001', '0011')).access.kind).toBe('BatchGetItem');
  });

  it('scans a complete index that projects all needed columns', () => {
    const needed = sketched.columns.filter(({ name }) => name === 'sk');
    const read = chooseAccessPath(scan(sketched, [], { columns: needed }), SETTINGS, PUSHDOWN_RULES);
    expect(read.access).toMatchObject({ kind: 'Scan', index: 'keys' });
    expect(chooseAccessPath(scan(sketched, []), SETTINGS, PUSHDOWN_RULES).access).not.toHaveProperty('index');
  });
});
