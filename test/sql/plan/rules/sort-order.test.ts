import { describe, expect, it } from '@jest/globals';
import type { TableRead } from '../../../../src/sql/plan/table-read.ts';
import { sortOrder } from '../../../../src/sql/plan/rules/sort-order.ts';
import { scan, SETTINGS } from '../../../support/reads.ts';
import { table } from '../../../support/tables.ts';

const t = table([]);
const one: TableRead['access'] = { kind: 'Query', ranges: [{ equals: { pk: { S: 'a' } } }] };
const ordered = (access: TableRead['access'], column: string, descending: boolean): TableRead | undefined =>
  sortOrder.apply(scan(t, [], { access, order: { column, descending } }), SETTINGS);

describe('sort-order', () => {
  it('one partition by its sort key is the order of a Query, forwards and backwards', () => {
    expect(ordered(one, 'sk', false)).toMatchObject({ access: one });
    expect(ordered(one, 'sk', false)).not.toHaveProperty('order');
    expect(ordered(one, 'sk', true)?.access).toEqual({ ...one, descending: true });
  });

  it('another column, several partitions or a Scan keep the order owed', () => {
    expect(ordered(one, 'pk', false)).toBeUndefined();
    expect(ordered({ kind: 'Scan', segments: 1 }, 'sk', false)).toBeUndefined();
    expect(
      ordered({ kind: 'Query', ranges: [...one.ranges, { equals: { pk: { S: 'b' } } }] }, 'sk', false),
    ).toBeUndefined();
  });

  it('without an order nothing changes', () => {
    expect(sortOrder.apply(scan(t, [], { access: one }), SETTINGS)).toBeUndefined();
  });
});
