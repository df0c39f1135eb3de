import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SortCondition } from '../../../src/dynamo/read/access-path.ts';
import { disjointConditions } from '../../../src/sql/plan/key-intervals.ts';

const N = (value: number) => ({ N: String(value) });
const S = (value: string) => ({ S: value });
const between = (low: number, high: number): SortCondition => ({
  kind: 'between',
  low: N(low),
  high: N(high),
});
const compare = (op: '=' | '<' | '<=' | '>' | '>=', value: number): SortCondition => ({
  kind: 'compare',
  op,
  value: N(value),
});
const begins = (prefix: string): SortCondition => ({ kind: 'beginsWith', prefix: S(prefix) });

const toNumber = (value: object): number => Number('N' in value ? value.N : NaN);

function holds(condition: SortCondition | undefined, x: number): boolean {
  if (condition === undefined) return true;
  switch (condition.kind) {
    case 'between':
      return toNumber(condition.low) <= x && x <= toNumber(condition.high);
    case 'beginsWith':
      throw new TypeError('A number has no prefix');
    case 'compare': {
      const value = toNumber(condition.value);
      return { '=': x === value, '<': x < value, '<=': x <= value, '>': x > value, '>=': x >= value }[
        condition.op
      ];
    }
  }
}

const bound = fc.integer({ min: 0, max: 8 });
const anyCondition = fc.oneof(
  fc.tuple(bound, bound).map(([a, b]) => between(Math.min(a, b), Math.max(a, b))),
  fc
    .tuple(fc.constantFrom('=', '<', '<=', '>', '>=' as const), bound)
    .map(([op, value]) => compare(op, value)),
);

describe('alternative sort key conditions', () => {
  it('become disjoint conditions on the same values', () => {
    fc.assert(
      fc.property(fc.array(anyCondition, { minLength: 1, maxLength: 6 }), (conditions) => {
        const disjoint = disjointConditions(conditions);
        expect(disjoint?.exact).toBe(true);
        for (let x = -1; x <= 9; x += 0.5) {
          const before = conditions.some((condition) => holds(condition, x));
          const after = disjoint?.conditions.filter((condition) => holds(condition, x)).length;
          expect([x, after]).toEqual([x, before ? 1 : 0]);
        }
      }),
    );
  });

  it('become no condition if they cover everything', () => {
    expect(disjointConditions([compare('<', 3), compare('>=', 1)])).toEqual({
      conditions: [undefined],
      exact: true,
    });
    expect(disjointConditions([undefined, compare('=', 1)])?.conditions).toEqual([undefined]);
  });

  it('stay prefixes if possible', () => {
    expect(disjointConditions([begins('b'), begins('a'), begins('ab')])).toEqual({
      conditions: [begins('a'), begins('b')],
      exact: true,
    });
  });

  it('are widened if a prefix ends inside another range', () => {
    const beyond: SortCondition = { kind: 'between', low: S('aa'), high: S('abc') };
    expect(disjointConditions([begins('ab'), beyond])).toEqual({
      conditions: [{ kind: 'between', low: S('aa'), high: S('ac') }],
      exact: false,
    });
  });

  it('are not separated if the end of a prefix is unknown', () => {
    expect(disjointConditions([begins('\u{10FFFF}'), begins('a')])).toBeUndefined();
  });
});
