import { describe, expect, it } from '@jest/globals';
import { fullKey } from '../../../../src/sql/plan/rules/full-key.ts';
import { compare, condition, isIn, planWith, scan } from '../../../support/reads.ts';
import { key, table } from '../../../support/tables.ts';

const t = table([]);

describe('full-key', () => {
  it('a full key becomes one GetItem, and other conditions stay residual', () => {
    const other = compare('x', '>', 1);
    const read = planWith(fullKey, scan(t, [compare('sk', '=', 'b'), other, compare('pk', '=', 'a')]));
    expect(read?.access).toEqual({ kind: 'GetItem', key: { pk: { S: 'a' }, sk: { S: 'b' } } });
    expect(read?.residual).toEqual([other]);
    expect(read?.keyed).toHaveLength(2);
  });

  it('half a key changes nothing', () => {
    expect(planWith(fullKey, scan(t, [compare('pk', '=', 'a')]))).toBeUndefined();
    expect(planWith(fullKey, scan(t, [compare('pk', '=', 'a'), compare('sk', '>', 'b')]))).toBeUndefined();
  });

  it('lists of values become the combinations, without duplicates', () => {
    const read = planWith(fullKey, scan(t, [isIn('pk', 'a', 'b', 'a'), isIn('sk', 'x', 'y')]));
    expect(read?.access).toEqual({
      kind: 'BatchGetItem',
      keys: [
        { pk: { S: 'a' }, sk: { S: 'x' } },
        { pk: { S: 'a' }, sk: { S: 'y' } },
        { pk: { S: 'b' }, sk: { S: 'x' } },
        { pk: { S: 'b' }, sk: { S: 'y' } },
      ],
    });
  });

  it('different notations of a number are the same key', () => {
    const numeric = table([], { key: key('id:N') });
    const both = condition({
      kind: 'in',
      path: ['id'],
      values: [
        { type: 'N', text: '1' },
        { type: 'N', text: '1.0' },
      ],
    });
    expect(planWith(fullKey, scan(numeric, [both]))?.access).toEqual({
      kind: 'GetItem',
      key: { id: { N: '1' } },
    });
  });

  it('a value that is not a valid key needs no request', () => {
    expect(planWith(fullKey, scan(t, [compare('pk', '=', ''), compare('sk', '=', 'x')]))?.access).toEqual({
      kind: 'Empty',
    });
    expect(
      planWith(fullKey, scan(t, [compare('pk', '=', 'a'), compare('sk', '=', 'x'.repeat(1025))]))?.access,
    ).toEqual({ kind: 'Empty' });
  });

  it("a value of a type other than the key's is not a key value", () => {
    expect(planWith(fullKey, scan(t, [compare('pk', '=', 1), compare('sk', '=', 'x')]))).toBeUndefined();
  });

  it('combinations that cost more than a Scan are left to the Scan', () => {
    const many = Array.from({ length: 1001 }, (_, i) => `k${i}`);
    const conditions = [isIn('pk', ...many), compare('sk', '=', 'x')];
    expect(planWith(fullKey, scan(t, conditions))).toBeUndefined();
    const large = table([], { itemCount: 1_000_000, sizeBytes: 1_000_000_000 });
    expect(planWith(fullKey, scan(large, conditions))?.access).toMatchObject({ kind: 'BatchGetItem' });
  });
});
