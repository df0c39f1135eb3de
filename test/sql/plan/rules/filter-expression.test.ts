import { describe, expect, it } from '@jest/globals';
import { filterExpressionRule } from '../../../../src/sql/plan/rules/filter-expression.ts';
import { column } from '../../../support/columns.ts';
import { compare, condition, isIn, literal, scan, SETTINGS } from '../../../support/reads.ts';
import { index, key, table } from '../../../support/tables.ts';

const t = table([column('x', 'bigint')]);
const opaque = { text: 'lower(x) = 1', predicate: undefined, exact: false };

describe('filter-expression', () => {
  it('takes conditions that DynamoDB can evaluate and leaves the rest', () => {
    const read = filterExpressionRule.apply(scan(t, [compare('x', '>', 1), opaque]), SETTINGS);
    expect(read?.filter).toEqual([compare('x', '>', 1)]);
    expect(read?.residual).toEqual([opaque]);
  });

  it('an inexact condition is pushed down and stays residual', () => {
    const wider = { ...compare('x', '>', 1), exact: false };
    const read = filterExpressionRule.apply(scan(t, [wider]), SETTINGS);
    expect(read?.filter).toEqual([wider]);
    expect(read?.residual).toEqual([wider]);
  });

  it('key attributes are allowed in the filter of a Scan but not of a Query', () => {
    const onKey = condition({
      kind: 'or',
      of: [compare('sk', '=', 'a'), compare('x', '=', 1)].map((each) => each.predicate ?? { kind: 'never' }),
    });
    expect(filterExpressionRule.apply(scan(t, [onKey]), SETTINGS)?.filter).toEqual([onKey]);
    const query = scan(t, [onKey], { access: { kind: 'Query', ranges: [{ equals: { pk: { S: 'a' } } }] } });
    expect(filterExpressionRule.apply(query, SETTINGS)).toBeUndefined();
  });

  it('a condition that exceeds the expression size stays residual as a whole', () => {
    const long = condition({
      kind: 'or',
      of: Array.from({ length: 400 }, (_, i) => ({
        kind: 'compare',
        path: [`a${i}`],
        op: '=',
        value: literal(i),
      })),
    });
    const read = filterExpressionRule.apply(scan(t, [long, isIn('x', 1, 2)]), SETTINGS);
    expect(read?.filter).toEqual([isIn('x', 1, 2)]);
    expect(read?.residual).toEqual([long]);
  });

  it('an index read for keys filters by its projected attributes, and all conditions stay residual', () => {
    const narrow = table([column('x', 'bigint'), column('y', 'bigint'), column('z', 'bigint')], {
      indexes: [index('by_x', key('x:N'), { projection: ['pk', 'sk', 'x', 'y'] })],
    });
    const conditions = [compare('y', '>', 1), compare('z', '>', 1), compare('pk', '>', 'a')] as const;
    const ranges = [{ equals: { x: { N: '1' } } }];
    const read = filterExpressionRule.apply(
      scan(narrow, conditions, { access: { kind: 'Query', index: 'by_x', ranges }, fetchBack: true }),
      SETTINGS,
    );
    expect(read).toMatchObject({ filter: [conditions[0], conditions[2]], residual: conditions });
  });

  it('a GetItem has no filter', () => {
    const read = scan(t, [compare('x', '>', 1)], {
      access: { kind: 'GetItem', key: { pk: { S: 'a' }, sk: { S: 'b' } } },
    });
    expect(filterExpressionRule.apply(read, SETTINGS)).toBeUndefined();
  });
});
