import { describe, expect, it } from '@jest/globals';
import { chooseAccessPath } from '../../../../src/sql/plan/choose-path.ts';
import type { Condition } from '../../../../src/sql/plan/table-read.ts';
import { keyCondition } from '../../../../src/sql/plan/rules/key-condition.ts';
import { explainUnusedIndexes } from '../../../../src/sql/plan/unused-indexes.ts';
import { column } from '../../../support/columns.ts';
import { compare, condition, isIn, planWith, scan, SETTINGS } from '../../../support/reads.ts';
import { index, key, table } from '../../../support/tables.ts';

const t = table([column('status', 'text'), column('at', 'text'), column('total', 'bigint')], {
  indexes: [
    index('by_status', key('status:S', 'pk:S')),
    index('by_status_at', key('status:S', 'at:S')),
    index('narrow', key('at:S', 'sk:S'), { projection: ['pk', 'sk', 'at'] }),
  ],
});
const own = (...conditions: Condition[]) => planWith(keyCondition, scan(t, conditions));

describe('key-condition on the table', () => {
  it.each<[string, Condition[], unknown]>([
    ['equality', [compare('sk', '=', 'b')], undefined],
    ['a lower bound', [compare('sk', '>', 'b')], { kind: 'compare', op: '>', value: { S: 'b' } }],
    [
      'the tighter of two bounds',
      [compare('sk', '>=', 'b'), compare('sk', '>', 'c')],
      { kind: 'compare', op: '>', value: { S: 'c' } },
    ],
    [
      'two inclusive bounds',
      [compare('sk', '>=', 'b'), compare('sk', '<=', 'd')],
      { kind: 'between', low: { S: 'b' }, high: { S: 'd' } },
    ],
    [
      'a prefix',
      [condition({ kind: 'beginsWith', path: ['sk'], prefix: { type: 'S', text: 'ab' } })],
      { kind: 'beginsWith', prefix: { S: 'ab' } },
    ],
    [
      'a prefix as DuckDB writes LIKE',
      [compare('sk', '>=', 'ab'), compare('sk', '<', 'ac')],
      { kind: 'beginsWith', prefix: { S: 'ab' } },
    ],
  ])('takes the sort key: %s', (_, conditions, expected) => {
    const read = own(compare('pk', '=', 'a'), ...conditions);
    const [range] = read?.access.kind === 'Query' ? read.access.ranges : [];
    expect(range?.sort?.condition).toEqual(expected);
    expect(range?.equals).toEqual({ pk: { S: 'a' }, ...(expected === undefined ? { sk: { S: 'b' } } : {}) });
  });

  it('a half-open pair becomes BETWEEN, and the open end stays residual', () => {
    const open = compare('sk', '<', 'd');
    const read = own(compare('pk', '=', 'a'), compare('sk', '>=', 'b'), open);
    expect(read?.access).toMatchObject({
      ranges: [{ sort: { condition: { kind: 'between', low: { S: 'b' }, high: { S: 'd' } } } }],
    });
    expect(read?.residual).toEqual([open]);
  });

  it('bounds that exclude each other need no request', () => {
    expect(own(compare('pk', '=', 'a'), compare('sk', '>', 'd'), compare('sk', '<', 'b'))?.access).toEqual({
      kind: 'Empty',
    });
    expect(own(compare('pk', '=', 'a'), compare('sk', '>', 'b'), compare('sk', '<=', 'b'))?.access).toEqual({
      kind: 'Empty',
    });
  });

  it('each value of a partition key list is one Query, up to a hundred', () => {
    expect(own(isIn('pk', 'a', 'b'))?.access).toEqual({
      kind: 'Query',
      ranges: [{ equals: { pk: { S: 'a' } } }, { equals: { pk: { S: 'b' } } }],
    });
    expect(own(isIn('pk', ...Array.from({ length: 101 }, (_, i) => `p${i}`)))).toBeUndefined();
  });

  it('without the partition key nothing changes', () => {
    expect(own(compare('sk', '=', 'b'))).toBeUndefined();
    expect(own(compare('pk', '>', 'a'), compare('sk', '=', 'b'))).toBeUndefined();
  });
});

describe('key-condition on an index', () => {
  it('is used if no item can be missing from it', () => {
    expect(own(compare('status', '=', 'NEW'))?.access).toMatchObject({ kind: 'Query', index: 'by_status' });
  });

  it('is not used if items without a key attribute would be lost', () => {
    const sparse = table([column('status', 'text'), column('at', 'text')], {
      indexes: [index('by_status_at', key('status:S', 'at:S'))],
    });
    const read = scan(sparse, [compare('status', '=', 'NEW')]);
    expect(planWith(keyCondition, read)).toBeUndefined();
    expect(explainUnusedIndexes(chooseAccessPath(read, SETTINGS, [keyCondition]), SETTINGS)).toMatchObject([
      { index: 'by_status_at', why: 'sparse', reason: 'items without at are missing from it' },
    ]);
  });

  it('is used if a comparison implies that the attribute is present', () => {
    expect(own(compare('status', '=', 'NEW'), compare('at', '>', '2024'))?.access).toMatchObject({
      index: 'by_status_at',
    });
  });

  it.each<[string, Condition]>([
    ['<>', compare('at', '<>', '2024')],
    ['a comparison of another type', compare('at', '>', 2024)],
    ['IS NOT NULL, which other types meet too', condition({ kind: 'isNotNull', path: ['at'] })],
    [
      'an alternative',
      condition({
        kind: 'or',
        of: [
          { kind: 'compare', path: ['at'], op: '=', value: { type: 'S', text: 'x' } },
          { kind: 'isNull', path: ['at'] },
        ],
      }),
    ],
  ])('%s does not imply it', (_, weak) => {
    const read = planWith(
      keyCondition,
      scan({ ...t, indexes: t.indexes.slice(1, 2) }, [compare('status', '=', 'NEW'), weak]),
    );
    expect(read).toBeUndefined();
  });

  it('returns keys if it lacks a needed column, and all conditions stay residual', () => {
    const conditions = [compare('at', '=', '2024')];
    expect(planWith(keyCondition, scan(t, conditions))).toMatchObject({
      access: { kind: 'Query', index: 'narrow' },
      fetchBack: true,
      residual: conditions,
    });
    const covered = t.columns.filter(({ name }) => ['pk', 'sk', 'at'].includes(name));
    expect(planWith(keyCondition, scan(t, conditions, { columns: covered }))?.access).toMatchObject({
      index: 'narrow',
    });
  });

  it('is not used for consistent reads, with AutoDetectIndex=false, or while it is being created', () => {
    const conditions = [compare('status', '=', 'NEW')];
    expect(
      planWith(keyCondition, scan(t, conditions), { ...SETTINGS, consistentReads: true }),
    ).toBeUndefined();
    expect(
      planWith(keyCondition, scan(t, conditions), { ...SETTINGS, autoDetectIndex: false }),
    ).toBeUndefined();
    const building = { ...t, indexes: t.indexes.map((each) => ({ ...each, active: false })) };
    expect(planWith(keyCondition, scan(building, conditions))).toBeUndefined();
  });

  it('needs all partition attributes of a multi-attribute key, then sort attributes from the left', () => {
    const multi = table(
      [column('a', 'text'), column('b', 'bigint'), column('c', 'text'), column('d', 'text')],
      {
        indexes: [index('multi', key(['a:S', 'b:N'], ['c:S', 'd:S']))],
      },
    );
    expect(planWith(keyCondition, scan(multi, [compare('a', '=', 'x')]))).toBeUndefined();
    const read = planWith(
      keyCondition,
      scan(multi, [
        compare('a', '=', 'x'),
        compare('b', '=', 1),
        compare('c', '=', 'y'),
        compare('d', '>', 'z'),
      ]),
    );
    expect(read?.access).toEqual({
      kind: 'Query',
      index: 'multi',
      ranges: [
        {
          equals: { a: { S: 'x' }, b: { N: '1' }, c: { S: 'y' } },
          sort: { attribute: 'd', condition: { kind: 'compare', op: '>', value: { S: 'z' } } },
        },
      ],
    });
    expect(read?.residual).toEqual([]);
  });

  it('the narrower key wins', () => {
    expect(own(compare('pk', '=', 'a'), compare('status', '=', 'NEW'))?.access).toMatchObject({
      index: 'by_status',
    });
    expect(
      own(compare('pk', '=', 'a'), compare('sk', '>', 'b'), compare('status', '=', 'NEW'))?.access,
    ).toMatchObject({ index: 'by_status' });
    expect(
      own(compare('pk', '=', 'a'), compare('sk', '=', 'b'), compare('status', '=', 'NEW'))?.access,
    ).not.toHaveProperty('index');
  });
});
