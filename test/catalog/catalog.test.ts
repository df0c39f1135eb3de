import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Catalog, type CatalogOptions, createCatalog } from '../../src/catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../src/catalog/table-def.ts';
import { DriverError } from '../../src/core/errors.ts';
import { knownAttributes } from '../../src/catalog/known-attributes.ts';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { fakeClient, type FakeTable } from './fake-client.ts';
import { fits } from './fits.ts';
import { attributeValue } from './items.ts';

const TTL_MS = 60_000;
const ORDERS: FakeTable = {
  items: [
    { pk: { S: 'a' }, total: { N: '12' } },
    { pk: { S: 'b' }, total: { N: '7' } },
  ],
};

function catalogOf(
  tables: Readonly<Record<string, FakeTable>>,
  { refuse, ...options }: Partial<CatalogOptions> & { refuse?: (call: string) => void } = {},
): Catalog & { readonly calls: string[] } {
  const client = fakeClient(tables, refuse);
  const catalog = createCatalog(client, {
    rowScanDepth: 200,
    typeDetection: 'RowScan',
    flattenObjects: false,
    flattenArrays: 0,
    separator: '.',
    numberMode: 'Auto',
    cacheTtlMs: TTL_MS,
    now: () => 0,
    ...options,
  });
  return { ...catalog, calls: client.calls };
}

function column(table: TableDef, name: string): ColumnDef | undefined {
  return table.columns.find((known) => known.name === name);
}

function deny(...denied: readonly string[]): (call: string) => void {
  return (call) => {
    if (denied.some((start) => call.startsWith(start)))
      throw new DriverError('AUTH_DENIED', `not allowed: ${call}`);
  };
}

describe('finding a table', () => {
  it('tries the exact name first, and lists tables only if it does not exist', async () => {
    const catalog = catalogOf({ orders: ORDERS, Orders: ORDERS });
    expect((await catalog.table('Orders')).name).toBe('Orders');
    expect(catalog.calls).toEqual(['DescribeTable Orders', 'Scan Orders 0/1']);
  });

  it('falls back to the only name that differs in case', async () => {
    const catalog = catalogOf({ Orders: ORDERS });
    expect((await catalog.table('orders')).name).toBe('Orders');
    expect(await catalog.table('orders')).toBe(await catalog.table('Orders'));
  });

  it('refuses a name that matches several tables', async () => {
    const catalog = catalogOf({ Orders: ORDERS, ORDERS });
    await expect(catalog.table('orders')).rejects.toMatchObject({
      code: 'CATALOG_AMBIGUOUS_TABLE',
      candidates: ['Orders', 'ORDERS'],
    });
  });

  it('suggests similar names if the table does not exist', async () => {
    const catalog = catalogOf({ orders: ORDERS, customers: ORDERS });
    await expect(catalog.table('ordres')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      candidates: ['orders'],
      message: 'relation "ordres" does not exist; did you mean "orders"?',
    });
  });

  it.each(['a b', 'x', '"quoted"', 'constructor'])(
    'asks DynamoDB for %s only if a table may be called so',
    async (name) => {
      const catalog = catalogOf({ orders: ORDERS });
      await expect(catalog.table(name)).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
      expect(catalog.calls).toEqual(
        name === 'constructor' ? ['DescribeTable constructor', 'ListTables'] : ['ListTables'],
      );
    },
  );

  it('works without permission to list tables', async () => {
    const catalog = catalogOf({ orders: ORDERS }, { refuse: deny('ListTables') });
    expect((await catalog.table('orders')).name).toBe('orders');
    await expect(catalog.table('order')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
  });

  it('finds the right spelling with permission to describe only that table', async () => {
    const catalog = catalogOf({ Orders: ORDERS }, { refuse: deny('DescribeTable orders') });
    expect((await catalog.table('orders')).name).toBe('Orders');
  });

  it('reports the denied request if listing is denied, too', async () => {
    const catalog = catalogOf({ Orders: ORDERS }, { refuse: deny('DescribeTable', 'ListTables') });
    await expect(catalog.table('orders')).rejects.toMatchObject({
      code: 'AUTH_DENIED',
      message: 'not allowed: DescribeTable orders',
    });
  });

  it('lists only the configured tables, without a request', async () => {
    const catalog = catalogOf({ Orders: ORDERS, other: ORDERS }, { tables: ['Orders'] });
    expect(await catalog.tableNames()).toEqual(['Orders']);
    expect((await catalog.table('ORDERS')).name).toBe('Orders');
    expect((await catalog.table('other')).name).toBe('other');
    expect(catalog.calls).not.toContain('ListTables');
  });
});

describe('remembering', () => {
  it('describes and samples a table once for concurrent callers', async () => {
    const catalog = catalogOf({ orders: ORDERS });
    const [first, second] = await Promise.all([catalog.table('orders'), catalog.table('orders')]);
    expect(second).toBe(first);
    expect(catalog.calls).toEqual(['DescribeTable orders', 'Scan orders 0/1']);
  });

  it('looks again after the cache time', async () => {
    let now = 0;
    const catalog = catalogOf({ orders: ORDERS }, { now: () => now });
    const first = await catalog.table('orders');
    now = TTL_MS - 1;
    expect(await catalog.table('orders')).toBe(first);
    now = TTL_MS;
    expect(await catalog.table('orders')).not.toBe(first);
    await catalog.tableNames();
    now += TTL_MS;
    await catalog.tableNames();
    expect(catalog.calls.filter((call) => call === 'ListTables')).toHaveLength(2);
  });

  it('forgets one table, or all', async () => {
    const catalog = catalogOf({ Orders: ORDERS, users: ORDERS });
    const [orders, users] = [await catalog.table('orders'), await catalog.table('users')];
    catalog.forget('orders');
    expect(await catalog.table('users')).toBe(users);
    expect(await catalog.table('orders')).not.toBe(orders);
    catalog.forget();
    expect(await catalog.table('users')).not.toBe(users);
  });

  it('does not cache a table that was forgotten while it was read', async () => {
    const catalog = catalogOf({ orders: ORDERS });
    const reading = catalog.table('orders');
    catalog.forget();
    const read = await reading;
    expect(read.name).toBe('orders');
    expect(await catalog.table('orders')).not.toBe(read);
  });

  it('does not cache failures', async () => {
    let broken = true;
    const catalog = catalogOf(
      { orders: ORDERS },
      {
        refuse: (call) => {
          if (broken) throw new DriverError('CONN_NETWORK', call);
        },
      },
    );
    await expect(catalog.table('orders')).rejects.toMatchObject({ code: 'CONN_NETWORK' });
    await expect(catalog.tableNames()).rejects.toMatchObject({ code: 'CONN_NETWORK' });
    broken = false;
    expect((await catalog.table('orders')).name).toBe('orders');
    expect(await catalog.tableNames()).toEqual(['orders']);
  });

  it('describes a table that is not ready each time, and does not sample it', async () => {
    const catalog = catalogOf({ orders: { ...ORDERS, description: { TableStatus: 'CREATING' } } });
    expect((await catalog.table('orders')).columns.map(({ name }) => name)).toEqual(['pk', '$item']);
    await catalog.table('orders');
    expect(catalog.calls).toEqual(['DescribeTable orders', 'DescribeTable orders']);
  });

  it('lets one of two callers give up while the other goes on', async () => {
    const catalog = catalogOf({ orders: ORDERS });
    const impatient = new AbortController();
    const abandoned = catalog.table('orders', impatient.signal);
    const other = catalog.table('orders');
    impatient.abort();
    await expect(abandoned).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
    expect((await other).name).toBe('orders');
  });
});

describe('sampling', () => {
  it('does not happen without type detection: only keys are columns', async () => {
    const catalog = catalogOf({ orders: ORDERS }, { typeDetection: 'None' });
    expect((await catalog.table('orders')).columns.map(({ name }) => name)).toEqual(['pk', '$item']);
    expect(catalog.calls).toEqual(['DescribeTable orders']);
  });

  it('warns without permission to scan, and goes on with the keys', async () => {
    const warnings: string[] = [];
    const catalog = catalogOf(
      { orders: ORDERS },
      { refuse: deny('Scan'), warn: (message) => warnings.push(message) },
    );
    const { columns, sampled } = await catalog.table('orders');
    expect(columns.map(({ name }) => name)).toEqual(['pk', '$item']);
    expect(sampled).toEqual({ items: 0, readCapacity: 0 });
    expect(warnings).toEqual([expect.stringContaining('"orders"')]);
  });

  it('reports how many items it read, and what that cost', async () => {
    const { sampled } = await catalogOf({ orders: ORDERS }).table('orders');
    expect(sampled).toEqual({ items: 2, readCapacity: 0.5, bytes: 20, whole: true });
  });
});

describe('widening', () => {
  it.each<readonly [AttributeValue, string]>([
    [{ N: '9223372036854775808' }, 'hugeint'],
    [{ N: '0.25' }, 'decimal'],
    [{ N: '1E+90' }, 'number'],
    [{ N: '1.234567890123456789E+90' }, 'number'],
    [{ S: 'twelve' }, 'json'],
  ])('for %j a column of integers becomes %s, for good', async (evidence, kind) => {
    const catalog = catalogOf({ orders: ORDERS });
    await catalog.table('orders');
    const widened = await catalog.widen('orders', 'total', evidence);
    expect(column(widened, 'total')?.type.kind).toBe(kind);
    expect(await catalog.table('orders')).toBe(widened);
    expect(await catalog.widen('orders', 'total', evidence)).toBe(widened);
  });

  it('outlives the sample', async () => {
    let now = 0;
    const catalog = catalogOf({ orders: ORDERS }, { now: () => now });
    await catalog.table('orders');
    await catalog.widen('orders', 'total', { S: 'twelve' });
    now = TTL_MS;
    expect(column(await catalog.table('orders'), 'total')).toMatchObject({
      type: { kind: 'json' },
      seen: { N: 2, S: 1 },
    });
  });

  it('changes nothing for a value that fits, or for an unknown column', async () => {
    const catalog = catalogOf({ orders: ORDERS });
    const table = await catalog.table('orders');
    expect(await catalog.widen('orders', 'total', { N: '99' })).toBe(table);
    expect(await catalog.widen('orders', 'pk', { NULL: true })).toBe(table);
    expect(await catalog.widen('orders', 'nowhere', { N: '1' })).toBe(table);
  });

  it('admits a column that a statement names, until a value shows its type', async () => {
    expect(catalogOf({ orders: ORDERS }).admit('orders', 'late')).toBe(false);
    const catalog = catalogOf({ orders: ORDERS }, { unknownColumns: 'Null' });
    await catalog.table('orders');
    expect(catalog.admit('orders', 'late')).toBe(true);
    expect(catalog.admit('orders', 'late')).toBe(false);
    const named = await catalog.table('orders');
    expect(column(named, 'late')).toMatchObject({ type: { kind: 'text' }, hidden: true, named: true });
    expect(knownAttributes(named).has('late')).toBe(false);
    const met = await catalog.widen('orders', 'late', { N: '5' });
    expect(column(met, 'late')).toEqual(expect.objectContaining({ type: { kind: 'bigint' } }));
    expect(column(met, 'late')?.hidden).toBeUndefined();
    expect(await catalog.table('orders')).toBe(met);
  });

  it('remembers earlier values: a type that holds the next value alone may not hold both', async () => {
    const catalog = catalogOf({ orders: ORDERS });
    await catalog.table('orders');
    await catalog.widen('orders', 'total', { N: '9223372036854775806' });
    const widened = await catalog.widen('orders', 'total', { N: '1E+39' });
    expect(column(widened, 'total')?.type).toEqual({ kind: 'number' });
  });

  it('holds all values so far after each step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attributeValue, { minLength: 1, maxLength: 6 }), async (values) => {
        const catalog = catalogOf({ orders: ORDERS });
        await catalog.table('orders');
        for (const [at, value] of values.entries()) {
          const type = column(await catalog.widen('orders', 'total', value), 'total')?.type;
          const met = [{ N: '12' }, ...values.slice(0, at + 1)];
          expect(met.filter((value) => type === undefined || !fits(type, value))).toEqual([]);
        }
      }),
    );
  });
});
