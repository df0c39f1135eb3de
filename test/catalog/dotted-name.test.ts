import { describe, expect, it } from '@jest/globals';
import { withDottedNames } from '../../src/catalog/dotted-name.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { TableDef } from '../../src/catalog/table-def.ts';
import { thrownBy } from '../support/thrown.ts';
import { column } from '../support/columns.ts';
import { index, key, table } from '../support/tables.ts';

const orders: TableDef = {
  ...table([column('status', 'text'), column('total', 'bigint'), column('$item', 'json', { hidden: true })], {
    indexes: [
      index('by_status', key('status:S', 'pk:S'), { projection: ['status', 'pk', 'sk'] }),
      index('v1.Full', key('sk:S')),
    ],
  }),
  name: 'orders',
};

function lookup(...known: readonly TableDef[]) {
  const asked: string[] = [];
  const tables = new Map(known.map((each) => [each.name, each]));
  const find = withDottedNames(async (name) => {
    asked.push(name);
    const found = tables.get(name);
    if (found === undefined)
      throw new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist`, {});
    return found;
  });
  return { find, asked, tables };
}

describe('a dotted name', () => {
  it('is a table if one has the whole name', async () => {
    const whole = { ...orders, name: 'orders.by_status' };
    const { find, asked } = lookup(orders, whole);
    expect(await find('orders.by_status')).toBe(whole);
    expect(asked).toEqual(['orders.by_status']);
  });

  it("is otherwise an index, with the index's key and projected columns", async () => {
    const { find } = lookup(orders);
    const found = await find('orders.by_status');
    expect(found).toMatchObject({
      name: 'orders',
      through: 'by_status',
      key: { partition: [{ name: 'status' }], sort: [{ name: 'pk' }] },
    });
    expect(found.columns.map(({ name }) => name)).toEqual(['status', 'pk', 'sk']);
    expect(await find('orders.by_status')).toBe(found);
  });

  it('finds an index that differs in case alone, also with dots, and with the whole item if it is projected', async () => {
    const found = await lookup(orders).find('orders.V1.full');
    expect(found.through).toBe('v1.Full');
    expect(found.columns.map(({ name }) => name)).toContain('$item');
  });

  it('suggests indexes if the table has none of that name', async () => {
    expect(await thrownBy(() => lookup(orders).find('orders.by_state'))).toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      candidates: ['orders.by_status'],
    });
    expect(await thrownBy(() => lookup(orders).find('nothing.here'))).toMatchObject({
      message: 'relation "nothing.here" does not exist',
    });
  });

  it('is looked up again after the table was described again', async () => {
    const { find, tables } = lookup(orders);
    await find('orders.by_status');
    tables.set('orders', { ...orders, indexes: [] });
    expect(await thrownBy(() => find('orders.by_status'))).toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });
});
