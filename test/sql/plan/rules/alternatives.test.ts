import { describe, expect, it } from '@jest/globals';
import { sketchAttributes } from '../../../../src/catalog/value-sketch.ts';
import type { Predicate } from '../../../../src/dynamo/expression/predicate.ts';
import { alternatives } from '../../../../src/sql/plan/rules/alternatives.ts';
import { column } from '../../../support/columns.ts';
import { compare, condition, isIn, planWith, scan } from '../../../support/reads.ts';
import { index, key, table } from '../../../support/tables.ts';

const t = table([column('status', 'text'), column('x', 'bigint')], {
  indexes: [index('by_status', key('status:S', 'pk:S'))],
});
const all = (...parts: ReturnType<typeof compare>[]): Predicate => ({
  kind: 'and',
  of: parts.map(({ predicate }) => predicate ?? { kind: 'never' }),
});
const one = ({ predicate }: ReturnType<typeof compare>): Predicate => predicate ?? { kind: 'never' };
const values = sketchAttributes(['m', 'm', 'm', 'n'].map((sk) => ({ sk: { S: sk } }))).get('sk');
const mostlyM = column('sk', 'text', values === undefined ? {} : { values });
const item = (pk: string, sk: string): Predicate => all(compare('pk', '=', pk), compare('sk', '=', sk));
const or = (...of: Predicate[]) => condition({ kind: 'or', of });
const access = (...conditions: ReturnType<typeof or>[]) =>
  planWith(alternatives, scan(t, conditions))?.access;

describe('alternatives', () => {
  it('become one Query each, and nothing stays residual', () => {
    const either = or(all(compare('pk', '=', 'a'), compare('sk', '>', 'm')), one(compare('pk', '=', 'b')));
    const read = planWith(alternatives, scan(t, [either]));
    expect(read?.access).toEqual({
      kind: 'Query',
      ranges: [
        {
          equals: { pk: { S: 'a' } },
          sort: { attribute: 'sk', condition: { kind: 'compare', op: '>', value: { S: 'm' } } },
        },
        { equals: { pk: { S: 'b' } } },
      ],
    });
    expect(read).toMatchObject({ residual: [], keyed: [either] });
  });

  it('full keys become a BatchGetItem without duplicates', () => {
    expect(access(or(item('a', '1'), item('a', '2'), item('b', '1'), item('a', '1')))).toEqual({
      kind: 'BatchGetItem',
      keys: [
        { pk: { S: 'a' }, sk: { S: '1' } },
        { pk: { S: 'a' }, sk: { S: '2' } },
        { pk: { S: 'b' }, sk: { S: '1' } },
      ],
    });
  });

  it('overlapping ranges of a partition are merged, so that no row is returned twice', () => {
    const either = or(
      all(compare('pk', '=', 'a'), compare('sk', '>', 'm')),
      all(compare('pk', '=', 'a'), compare('sk', '<', 'p')),
    );
    expect(access(either)).toEqual({ kind: 'Query', ranges: [{ equals: { pk: { S: 'a' } } }] });
  });

  it('conditions on other attributes keep the alternatives residual', () => {
    const either = or(
      all(compare('pk', '=', 'a'), compare('x', '>', 1)),
      all(compare('pk', '=', 'b'), compare('sk', '<', 'p')),
    );
    expect(planWith(alternatives, scan(t, [either]))?.residual).toEqual([either]);
  });

  it('< and > exclude a common value, and other conditions stay residual', () => {
    const [partition, unequal, more] = [
      compare('pk', '=', 'a'),
      compare('sk', '<>', 'm'),
      compare('x', '>', 1),
    ];
    const often = { ...t, columns: t.columns.map((each) => (each.name === 'sk' ? mostlyM : each)) };
    const read = planWith(alternatives, scan(often, [partition, unequal, more]));
    expect(read).toMatchObject({ access: { kind: 'Query' }, keyed: [partition, unequal], residual: [more] });
  });

  it('conditions implied by the alternatives do not stay residual', () => {
    const either = or(all(compare('pk', '=', 'a'), compare('sk', '>', 'm')), one(compare('pk', '=', 'b')));
    const read = planWith(alternatives, scan(t, [isIn('pk', 'a', 'b'), compare('pk', '<', 'x'), either]));
    expect(read?.residual).toEqual([]);
    const other = planWith(alternatives, scan(t, [isIn('pk', 'a', 'c'), either]));
    expect(other?.residual).toEqual([isIn('pk', 'a', 'c')]);
  });

  it('that do not narrow the key further are left to other rules', () => {
    const either = or(one(compare('x', '=', 1)), one(compare('x', '>', 7)));
    expect(access(compare('pk', '=', 'a'), either)).toBeUndefined();
  });

  it('combine with the conditions around them', () => {
    const either = or(one(compare('sk', '=', '1')), one(compare('sk', '=', '2')));
    expect(access(either, compare('pk', '=', 'a'))).toMatchObject({ kind: 'BatchGetItem' });
  });

  it('an index is used if it is safe for every alternative', () => {
    expect(
      access(or(all(compare('status', '=', 'x'), compare('x', '>', 1)), one(compare('status', '=', 'y')))),
    ).toMatchObject({
      kind: 'Query',
      index: 'by_status',
    });
  });

  it('an index that lacks a needed column returns keys, and all conditions stay residual', () => {
    const big = { itemCount: 100_000, sizeBytes: 100_000_000 };
    const narrow = table([column('status', 'text'), column('x', 'bigint')], {
      ...big,
      indexes: [index('by_status', key('status:S', 'sk:S'), { projection: ['pk', 'sk', 'status'], ...big })],
    });
    const either = or(
      all(compare('status', '=', 'a'), compare('sk', '>', 'm')),
      all(compare('status', '=', 'b'), compare('sk', '<', 'd')),
    );
    expect(planWith(alternatives, scan(narrow, [either]))).toMatchObject({
      access: { kind: 'Query', index: 'by_status', ranges: [{}, {}] },
      fetchBack: true,
      keyed: [either],
      residual: [either],
    });
    const keysOnly = { columns: narrow.columns.filter(({ name }) => name === 'pk') };
    const covered = planWith(alternatives, scan(narrow, [either], keysOnly));
    expect(covered).toMatchObject({ access: { index: 'by_status' }, residual: [] });
    expect(covered?.fetchBack).toBeUndefined();
  });

  it('an index is not used if an alternative does not imply an entry in it', () => {
    const sparse = table([column('status', 'text'), column('at', 'text')], {
      indexes: [index('by_status', key('status:S', 'at:S'))],
    });
    const [dated, undated] = [
      all(compare('status', '=', 'a'), compare('at', '>', '2026')),
      one(compare('status', '=', 'b')),
    ];
    expect(planWith(alternatives, scan(sparse, [or(dated, undated)]))).toBeUndefined();
    const other = all(compare('status', '=', 'b'), compare('at', '<', '2024'));
    expect(planWith(alternatives, scan(sparse, [or(dated, other)]))?.access).toMatchObject({
      index: 'by_status',
    });
  });

  it('an alternative without a key leaves a Scan', () => {
    expect(access(or(one(compare('pk', '=', 'a')), one(compare('x', '=', 1))))).toBeUndefined();
  });
});
