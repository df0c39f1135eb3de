import { describe, expect, it } from '@jest/globals';
import type { AccessPath, KeyRange } from '../../../../src/dynamo/read/access-path.ts';
import type { OrderTerm, TableRead } from '../../../../src/sql/plan/table-read.ts';
import { sortOrder } from '../../../../src/sql/plan/rules/sort-order.ts';
import { column } from '../../../support/columns.ts';
import { scan, SETTINGS } from '../../../support/reads.ts';
import { index, key, table } from '../../../support/tables.ts';

const t = table([column('a', 'text'), column('x', 'text'), column('y', 'bigint'), column('z', 'bigint')], {
  indexes: [index('many', key(['a:S'], ['x:S', 'y:N', 'z:N']))],
});

/** `'sk'`, or `'sk DESC'`. */
function terms(words: readonly string[]): readonly OrderTerm[] {
  return words.map((word) => {
    const [name = '', direction] = word.split(' ');
    const found = t.columns.find((each) => each.name === name);
    return { column: found ?? column(name, 'text'), descending: direction === 'DESC' };
  });
}

function ordered(access: TableRead['access'], ...words: readonly string[]): AccessPath | undefined {
  const read = sortOrder.apply(scan(t, [], { access, order: terms(words) }), SETTINGS);
  expect(read ?? {}).not.toHaveProperty('order');
  return read?.access;
}

const ofIndex = (equals: KeyRange['equals'], ...words: readonly string[]) =>
  ordered({ kind: 'Query', index: 'many', ranges: [{ equals }] }, ...words);
const query = (...ranges: readonly KeyRange[]): TableRead['access'] => ({ kind: 'Query', ranges });
const [a, b] = ['a', 'b'].map((pk): KeyRange => ({ equals: { pk: { S: pk } } }));
const A: KeyRange = a ?? { equals: {} };
const B: KeyRange = b ?? { equals: {} };

describe('the order of a Query', () => {
  it('of one partition is that of its sort key, forwards and backwards', () => {
    expect(ordered(query(A), 'sk')).toEqual(query(A));
    expect(ordered(query(A), 'sk DESC')).toEqual({ ...query(A), descending: true });
  });

  it('of one partition includes the partition key, which has one value', () => {
    expect(ordered(query(A), 'pk', 'sk')).toEqual(query(A));
    expect(ordered(query(A), 'pk DESC', 'sk')).toEqual(query(A));
    expect(ordered(query(A), 'pk')).toEqual(query(A));
  });

  it('ignores terms after the full key', () => {
    expect(ordered(query(A), 'sk', 'a')).toEqual(query(A));
    expect(ordered(query(A, B), 'sk', 'a')).toBeUndefined();
  });

  it('of several partitions is merged by the sort key', () => {
    expect(ordered(query(A, B), 'sk DESC')).toEqual({
      ...query(A, B),
      descending: true,
      rangeOrder: [{ attribute: 'sk', descending: true }],
    });
    expect(ordered(query(A, B), 'sk', 'pk')).toMatchObject({
      rangeOrder: [{ attribute: 'sk' }, { attribute: 'pk' }],
    });
  });

  it('of several partitions is a sequence if the partition key comes first', () => {
    expect(ordered(query(A, B), 'pk DESC', 'sk')).toEqual({ ...query(B, A), rangeOrder: 'sequence' });
    expect(ordered(query(B, A), 'pk', 'sk DESC')).toEqual({
      ...query(A, B),
      descending: true,
      rangeOrder: 'sequence',
    });
  });

  it('is not that of another column, nor of a number stored as text', () => {
    expect(ordered(query(A), 'a')).toBeUndefined();
    expect(ordered({ kind: 'Scan', segments: 1 }, 'sk')).toBeUndefined();
    const numbers = table([], { key: key('pk:S', 'sk:N') });
    const order = [{ column: column('sk', 'text'), descending: false }];
    expect(sortOrder.apply(scan(numbers, [], { access: query(A), order }), SETTINGS)).toBeUndefined();
  });

  it('of an index follows its sort attributes from the left, all in one direction', () => {
    const held = { a: { S: '1' } };
    expect(ofIndex(held, 'x', 'y')).toBeDefined();
    expect(ofIndex(held, 'x DESC', 'y DESC', 'z DESC')).toMatchObject({ descending: true });
    expect(ofIndex(held, 'x', 'y DESC')).toBeUndefined();
    expect(ofIndex(held, 'y')).toBeUndefined();
    expect(ofIndex({ ...held, x: { S: '1' } }, 'y')).toBeDefined();
    expect(ofIndex({ ...held, x: { S: '1' } }, 'x DESC', 'y')).toBeDefined();
    expect(ofIndex(held, 'x', 'y', 'z', 'pk')).toBeUndefined();
  });
});

it('keys are sorted before they are fetched', () => {
  const keys = ['b', 'a'].map((sk) => ({ pk: { S: 'a' }, sk: { S: sk } }));
  expect(ordered({ kind: 'BatchGetItem', keys }, 'sk')).toEqual({
    kind: 'BatchGetItem',
    keys: keys.toReversed(),
    ordered: true,
  });
  expect(ordered({ kind: 'BatchGetItem', keys }, 'a')).toBeUndefined();
});

it('without an order nothing changes', () => {
  expect(sortOrder.apply(scan(t, [], { access: query(A) }), SETTINGS)).toBeUndefined();
});
