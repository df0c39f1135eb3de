import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { ItemWrite, UpdateAction, WriteCondition } from '../../../src/dynamo/write/item-write.ts';
import { applyActions } from '../../../src/sql/write/apply-actions.ts';
import type { PendingWrite } from '../../../src/sql/exec/transaction-block.ts';
import { combineWrites, toPendingWrite } from '../../../src/sql/transaction/pending-write.ts';

const KEY = { id: { S: 'k' } };
const EXISTS: WriteCondition = { kind: 'exists', attribute: 'id' };
const ABSENT: WriteCondition = { kind: 'absent', attribute: 'id' };

const values = fc.constantFrom<AttributeValue>({ N: '1' }, { N: '2' }, { S: 'a' });
const names = fc.constantFrom('x', 'y');
const items = fc
  .dictionary(names, values, { maxKeys: 2 })
  .map((members): AttributeMap => ({ ...members, ...KEY }));
const unchanged = fc
  .record({ name: names, value: fc.option(values, { nil: undefined }) })
  .map(({ name, value }): WriteCondition => ({ kind: 'unchanged', path: [name], value }));
const conditions = fc.array(unchanged, { maxLength: 1 }).map((more) => [EXISTS, ...more]);
const actions = fc.uniqueArray(
  fc
    .record({ name: names, value: fc.option(values, { nil: undefined }) })
    .map(({ name, value }): UpdateAction =>
      value === undefined
        ? { kind: 'remove', path: [name] }
        : { kind: 'set', path: [name], to: { kind: 'value', value } },
    ),
  { minLength: 1, maxLength: 2, selector: ({ path }) => path[0] },
);
const writes: fc.Arbitrary<ItemWrite> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    table: fc.constant('t'),
    item: items,
    conditions: fc.constantFrom([ABSENT], []),
  }),
  fc.record({
    kind: fc.constant('update' as const),
    table: fc.constant('t'),
    key: fc.constant(KEY),
    actions,
    conditions: fc.oneof(conditions, fc.constant([])),
  }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'check' as const),
    table: fc.constant('t'),
    key: fc.constant(KEY),
    conditions,
  }),
);

/** What DynamoDB makes of an item; `refused` where a condition does not hold. */
function after(item: AttributeMap | undefined, write: ItemWrite): AttributeMap | undefined | 'refused' {
  const holds = write.conditions.every((condition) => {
    if (condition.kind === 'exists') return item !== undefined;
    if (condition.kind === 'absent') return item === undefined;
    if (condition.kind !== 'unchanged') throw new Error(`No ${condition.kind} here`);
    return JSON.stringify(item?.[condition.path[0]]) === JSON.stringify(condition.value);
  });
  if (!holds) return 'refused';
  switch (write.kind) {
    case 'put':
      return write.item;
    case 'delete':
      return undefined;
    case 'check':
      return item;
    case 'update':
      return applyActions(item ?? KEY, write.actions);
  }
}

function expectRefused(item: unknown): void {
  expect(item).toBe('refused');
}

const byName = (item: AttributeMap | undefined | 'refused'): unknown =>
  typeof item === 'object' ? Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)) : item;

describe('writes of one item in a transaction', () => {
  it('combine to one write that has the effect of both in turn, on any item', () => {
    let together = 0;
    fc.assert(
      fc.property(
        fc.array(writes, { minLength: 2, maxLength: 4 }),
        fc.option(items, { nil: undefined }),
        ([first, ...others], item) => {
          if (first === undefined) return;
          let pending: PendingWrite = toPendingWrite(first);
          let expected = after(item, first);
          for (const write of others) {
            const next = combineWrites(pending, write);
            if (next === undefined) return;
            const before = expected;
            if (before !== 'refused') expected = after(before, write);
            if (next === 'refused') return expectRefused(expected);
            pending = next;
            together += 1;
          }
          expect(byName(after(item, pending.write))).toEqual(byName(expected));
        },
      ),
      { numRuns: 3000 },
    );
    expect(together).toBeGreaterThan(1000);
  });

  it('cannot be combined if the second depends on a value that DynamoDB computes for the first', () => {
    const plus: ItemWrite = {
      kind: 'update',
      table: 't',
      key: KEY,
      conditions: [EXISTS],
      actions: [
        {
          kind: 'set',
          path: ['x'],
          to: {
            kind: 'plus',
            left: { kind: 'path', path: ['x'] },
            right: { kind: 'value', value: { N: '1' } },
          },
        },
      ],
    };
    expect(combineWrites(toPendingWrite(plus), plus)).toBeUndefined();
    const inside: ItemWrite = {
      ...plus,
      actions: [{ kind: 'set', path: ['x', 'y'], to: { kind: 'value', value: { N: '1' } } }],
    };
    expect(combineWrites(toPendingWrite(plus), inside)).toBeUndefined();
  });
});

describe('an update applied to an item in memory', () => {
  const item: AttributeMap = {
    ...KEY,
    m: { M: { inner: { L: [{ N: '1' }, { N: '2' }] } } },
    l: { L: [{ S: 'a' }] },
  };
  it.each<[UpdateAction, AttributeMap | undefined]>([
    [
      { kind: 'set', path: ['m', 'inner', 1], to: { kind: 'value', value: { S: 'z' } } },
      { ...item, m: { M: { inner: { L: [{ N: '1' }, { S: 'z' }] } } } },
    ],
    [
      { kind: 'remove', path: ['m', 'inner', 0] },
      { ...item, m: { M: { inner: { L: [{ N: '2' }] } } } },
    ],
    [
      {
        kind: 'set',
        path: ['l'],
        to: {
          kind: 'listAppend',
          left: { kind: 'path', path: ['l'] },
          right: { kind: 'value', value: { L: [{ S: 'b' }] } },
        },
      },
      { ...item, l: { L: [{ S: 'a' }, { S: 'b' }] } },
    ],
    [{ kind: 'set', path: ['none', 'inner'], to: { kind: 'value', value: { S: 'z' } } }, undefined],
    [{ kind: 'set', path: ['constructor', 'name'], to: { kind: 'value', value: { S: 'z' } } }, undefined],
    [
      { kind: 'add', path: ['n'], value: { N: '1' } },
      { ...item, n: { N: '1' } },
    ],
    [{ kind: 'add', path: ['l'], value: { N: '1' } }, undefined],
  ])('%j', (action, expected) => {
    expect(applyActions(item, [action])).toEqual(expected);
  });
});
