import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../src/core/errors.ts';
import { createClient } from '../../src/dynamo/transport/client.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import { toItem, money } from '../../src/sandbox/attributes.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { SHOP } from '../../src/sandbox/shop.ts';

describe('the shop', () => {
  it.each(SHOP)('has the items of $definition.TableName that it says, the same in every run', (table) => {
    const items = [...table.items()];
    expect(items).toHaveLength(table.itemCount);
    expect([...table.items()]).toEqual(items);
    const key = table.definition.KeySchema?.map((part) => part.AttributeName ?? '') ?? [];
    const keys = new Set(items.map((each) => JSON.stringify(key.map((name) => each[name]))));
    expect(keys.size).toBe(table.itemCount);
  });

  it('has about 20,000 items, and every order in its index', () => {
    expect(SHOP.reduce((sum, table) => sum + table.itemCount, 0)).toBe(20_000);
    const [, orders] = SHOP;
    const indexed = orders?.definition.GlobalSecondaryIndexes?.[0]?.KeySchema?.map(
      (part) => part.AttributeName ?? '',
    );
    expect(indexed).toEqual(['status', 'order_id']);
    for (const order of orders?.items() ?? [])
      for (const name of indexed ?? []) expect(order).toHaveProperty(name);
  });

  it('writes plain data in the form of the protocol', () => {
    expect(
      toItem({
        a: 'x',
        b: 1,
        c: money(1250),
        d: [true, null],
        e: new Set(['s']),
        f: { g: 'h' },
        i: undefined,
      }),
    ).toEqual({
      a: { S: 'x' },
      b: { N: '1' },
      c: { N: '12.50' },
      d: { L: [{ BOOL: true }, { NULL: true }] },
      e: { SS: ['s'] },
      f: { M: { g: { S: 'h' } } },
    });
  });

  it('draws numbers below their bound', () => {
    const random = seededRandom(5);
    const drawn = Array.from({ length: 1000 }, () => random.below(10));
    expect(new Set(drawn).size).toBe(10);
    expect(drawn.every((number) => number >= 0 && number < 10)).toBe(true);
  });
});

describe('the sandbox', () => {
  const progress: [number, number][] = [];
  const small = SHOP.slice(0, 1).map((table) => ({
    ...table,
    itemCount: 60,
    items: () => [...table.items()].slice(0, 60),
  }));
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({
      tables: small,
      onProgress: (done, total) => progress.push([done, total]),
    });
  });
  afterAll(() => sandbox.close());

  it('fills its tables and tells how far it is', async () => {
    const endpoint = /Endpoint=(.*)$/.exec(sandbox.connectionString)?.[1] ?? '';
    const client = createClient({
      region: 'us-east-1',
      endpoint,
      credentials: async () => ({ accessKeyId: 'x', secretAccessKey: 'x' }),
      maxRetries: 0,
      timeoutMs: 5000,
    });
    const page = await client.read('Scan', { TableName: 'customers', Select: 'COUNT' }, newReadStats());
    client.close();
    expect(JSON.parse(page.toString('utf8'))).toMatchObject({ Count: 60 });
    expect(progress.at(-1)).toEqual([60, 60]);
  });

  it('listens on loopback only', () => {
    expect(sandbox.connectionString).toMatch(/;Endpoint=http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('may be closed twice', async () => {
    const another = await startSandbox({ tables: [] });
    await another.close();
    await expect(another.close()).resolves.toBeUndefined();
  });

  it('can be cancelled while it is filled', async () => {
    const controller = new AbortController();
    const stopped = startSandbox({
      signal: controller.signal,
      onProgress: () => controller.abort(new DriverError('EXEC_CANCELLED', 'enough')),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });

  it('says which package is missing', async () => {
    await expect(
      startSandbox({ load: () => Promise.reject(new Error('Cannot find package')) }),
    ).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('dynalite'),
    });
  });
});
