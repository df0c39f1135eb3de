import { describe, expect, it } from '@jest/globals';
import { nearest } from '../../src/core/nearest.ts';

describe('nearest', () => {
  it.each([
    ['ordres', ['orders', 'customers'], ['orders']],
    ['ORDERS', ['orders'], ['orders']],
    ['AWSRegoin', ['AWSRegion', 'Region', 'Domain'], ['AWSRegion']],
    ['order', ['orders', 'order_items', 'customers'], ['orders', 'order_items']],
    ['x', ['orders', 'y'], ['y']],
    ['zebra', ['orders'], []],
    ['', ['orders'], []],
  ])('of %j among %j are %j', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toEqual(expected);
  });

  it('returns at most the requested number', () => {
    expect(nearest('tab', ['tab1', 'tab2', 'tab3', 'tab4'])).toHaveLength(3);
    expect(nearest('tab', ['tab1', 'tab2', 'tab3', 'tab4'], 1)).toEqual(['tab1']);
  });

  it('returns each candidate once', () => {
    expect(nearest('tab', ['tab1', 'tab1'])).toEqual(['tab1']);
  });
});
