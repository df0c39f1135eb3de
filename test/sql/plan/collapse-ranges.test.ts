import { describe, expect, it } from '@jest/globals';
import { collapseEqualBounds } from '../../../src/sql/plan/collapse-ranges.ts';
import { compare } from '../../support/reads.ts';

const [low, high] = [compare('x', '>=', 5), compare('x', '<=', 5)];

describe('collapseEqualBounds', () => {
  it('turns two equal bounds into an equality and keeps the other conditions', () => {
    const other = compare('y', '>=', 5);
    expect(collapseEqualBounds([low, other, high])).toEqual([other, compare('x', '=', 5)]);
    expect(collapseEqualBounds([high, low])).toEqual([compare('x', '=', 5)]);
    expect(collapseEqualBounds([compare('s', '<=', 'a'), compare('s', '>=', 'a')])).toEqual([
      compare('s', '=', 'a'),
    ]);
  });

  it.each([
    ['different values', [low, compare('x', '<=', 6)]],
    ['different types', [low, compare('x', '<=', '5')]],
    ['different attributes', [low, compare('y', '<=', 5)]],
    ['bounds that leave the value out', [low, compare('x', '<', 5)]],
    ['a bound that is only wider than SQL', [low, { ...high, exact: false }]],
  ])('leaves %s', (_, conditions) => {
    expect(collapseEqualBounds(conditions)).toEqual(conditions);
  });
});
