import { describe, expect, it } from '@jest/globals';
import type { Predicate } from '../../../src/dynamo/expression/predicate.ts';
import { explainPlan } from '../../../src/sql/plan/explain.ts';
import { chooseAccessPath } from '../../../src/sql/plan/choose-path.ts';
import { PUSHDOWN_RULES } from '../../../src/sql/plan/rules/index.ts';
import type { Condition, PlanSettings, TableRead } from '../../../src/sql/plan/table-read.ts';
import { explainUnusedIndexes } from '../../../src/sql/plan/unused-indexes.ts';
import { column } from '../../support/columns.ts';
import { compare, condition, literal, scan, SETTINGS } from '../../support/reads.ts';
import { index, key, table } from '../../support/tables.ts';

const big = { itemCount: 100_000, sizeBytes: 40_000_000 };
const t = table(
  ['status', 'at', 'day', 'body'].map((name) => column(name, 'text')),
  {
    ...big,
    indexes: [
      index('by_status', key('status:S', 'sk:S'), big),
      index('narrow', key('status:S', 'pk:S'), { ...big, projection: ['pk', 'sk', 'status'] }),
      index('dated', key('status:S', 'at:S'), big),
      index('by_day', key('day:S'), big),
    ],
  },
);

function dated(value: string): Predicate {
  const [status, at] = [literal(value), literal('2026')];
  return {
    kind: 'and',
    of: [
      { kind: 'compare', path: ['status'], op: '=', value: status },
      { kind: 'compare', path: ['at'], op: '>', value: at },
    ],
  };
}

function planned(
  conditions: readonly Condition[],
  more: Partial<TableRead> = {},
  settings: PlanSettings = SETTINGS,
): TableRead {
  return chooseAccessPath(scan(t, conditions, more), settings, PUSHDOWN_RULES);
}
const explainUnused = (read: TableRead, settings: PlanSettings = SETTINGS) =>
  explainUnusedIndexes(read, settings).map(({ index: name, why, reason }) => [name, why, reason]);

describe('explainUnusedIndexes', () => {
  it('explains for each index except the chosen one why it is not used', () => {
    expect(explainUnused(planned([compare('status', '=', 'x')]))).toEqual([
      ['narrow', 'cost', expect.stringMatching(/^it does not project at, about [\d.]+ RCU against [\d.]+$/)],
      ['dated', 'sparse', 'items without at are missing from it'],
      ['by_day', 'key', 'no condition fixes its partition key'],
    ]);
  });

  it('includes the costs of alternatives', () => {
    const read = planned([condition({ kind: 'or', of: [dated('x'), dated('y')] })]);
    expect(read.access).toMatchObject({ kind: 'Query', index: 'dated' });
    expect(explainUnused({ ...read, access: { kind: 'Scan', segments: 1 } })).toContainEqual([
      'dated',
      'cost',
      expect.stringMatching(/RCU against/),
    ]);
  });

  it('compares costs under the order and limit of the statement', () => {
    const ordered = { ...t, indexes: [index('by_at', key('pk:S', 'at:S'), { ...big, kind: 'local' })] };
    const order = t.columns
      .filter(({ name }) => name === 'sk')
      .map((column) => ({ column, descending: false }));
    const conditions = [compare('pk', '=', 'a'), compare('at', '>', '2')];
    const start = scan(ordered, conditions, { order, limit: 1 });
    const read = chooseAccessPath(start, SETTINGS, PUSHDOWN_RULES);
    expect(read).toMatchObject({ access: { kind: 'Query', ranges: [{}] }, sorted: order });
    const [[, why, reason] = []] = explainUnused(read);
    expect(why).toBe('cost');
    expect(Number(/^about ([\d.]+) RCU against/.exec(String(reason))?.[1])).toBeGreaterThan(2);
  });

  it('says that no path can cost less', () => {
    const one = planned([compare('pk', '=', 'a'), compare('sk', '=', 'b'), compare('status', '=', 'x')]);
    expect(new Set(explainUnused(one).map(([, , reason]) => reason))).toEqual(
      new Set(['reading one item by its key costs least']),
    );
    expect(explainUnused({ ...one, access: { kind: 'Empty' } })[0]).toEqual([
      'by_status',
      'cost',
      'nothing is read',
    ]);
  });

  it('names the setting or hint that excludes an index', () => {
    const conditions = [compare('status', '=', 'x')];
    const whyWith = (settings: PlanSettings) => explainUnused(planned(conditions, {}, settings), settings);
    expect(whyWith({ ...SETTINGS, autoDetectIndex: false })[0]).toEqual([
      'by_status',
      'ruled out',
      'AutoDetectIndex=false',
    ]);
    expect(whyWith({ ...SETTINGS, consistentReads: true })[0]).toEqual([
      'by_status',
      'unreadable',
      'global indexes do not support consistent reads',
    ]);
    const not = planned(conditions, { hint: { kind: 'not', indexes: ['by_status'] } });
    expect(explainUnused(not)[0]).toEqual(['by_status', 'ruled out', 'excluded by a hint']);
    const only = planned(conditions, { hint: { kind: 'only', indexes: ['dated'] } });
    expect(explainUnused(only).map(([name, why]) => [name, why])).toEqual([
      ['by_status', 'ruled out'],
      ['narrow', 'ruled out'],
      ['by_day', 'ruled out'],
    ]);
  });

  it('lists no other indexes for a relation that is an index', () => {
    const read = scan({ ...t, through: 'by_day' }, [compare('status', '=', 'x')]);
    expect(explainUnusedIndexes(chooseAccessPath(read, SETTINGS, PUSHDOWN_RULES), SETTINGS)).toEqual([]);
  });
});

describe('EXPLAIN', () => {
  it('prints a reason shared by many indexes in a few lines', () => {
    const indexes = Array.from({ length: 20 }, (_, i) => index(`by_attribute_${i}`, key(`a${i}:S`, 'sk:S')));
    const wide = table(
      Array.from({ length: 20 }, (_, i) => column(`a${i}`, 'text')),
      { indexes },
    );
    const read = scan(wide, [compare('pk', '=', 'x')]);
    const { text, reads } = explainPlan({ reads: [read], direct: undefined, system: [] }, SETTINGS);
    const lines = text.split('\n').filter((line) => line.includes('index not used'));
    expect(lines.length).toBeLessThanOrEqual(6);
    for (const line of lines) {
      expect(line.length).toBeLessThan(180);
      expect(line).toMatch(/: no condition fixes its partition key$/);
    }
    for (const { name } of indexes) expect(lines.join()).toContain(`${name}(`);
    expect(reads[0]?.unusedIndexes).toHaveLength(20);
  });
});
