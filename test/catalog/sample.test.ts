import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sample, sampleItems } from '../../src/catalog/sample.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { fakeClient } from './fake-client.ts';

const LARGE = 5 * 1024 * 1024;

function itemsNumbered(count: number): AttributeMap[] {
  return Array.from({ length: count }, (_, n) => ({ n: { N: String(n) } }));
}

function numbersOf({ items }: Sample): readonly number[] {
  return items.map(({ n }) => (n !== undefined && 'N' in n ? Number(n.N) : Number.NaN));
}

describe('sampleItems', () => {
  it('reads a small table completely with one request, whatever the depth', async () => {
    const client = fakeClient({ t: { items: itemsNumbered(500) } });
    const found = await sampleItems(
      client,
      { name: 't', sizeBytes: 1000 },
      { depth: 10, stats: newReadStats() },
    );
    expect(found.items).toHaveLength(500);
    expect(found.whole).toBe(true);
    expect(client.calls).toEqual(['Scan t 0/1']);
  });

  it('samples items from all over a large table', async () => {
    const client = fakeClient({ t: { items: itemsNumbered(10_000) } });
    const found = await sampleItems(
      client,
      { name: 't', sizeBytes: LARGE },
      { depth: 200, stats: newReadStats() },
    );
    expect(found.items).toHaveLength(200);
    expect(found.whole).toBe(false);
    expect(new Set(client.calls).size).toBe(25);
  });

  it('samples a table that turns out larger than DynamoDB said', async () => {
    const client = fakeClient({ t: { items: itemsNumbered(10_000), pageSize: 1000 } });
    const found = await sampleItems(
      client,
      { name: 't', sizeBytes: 0 },
      { depth: 200, stats: newReadStats() },
    );
    expect(found.items).toHaveLength(200);
  });

  it('sends nothing for a depth of 0', async () => {
    const client = fakeClient({ t: { items: itemsNumbered(3) } });
    expect(
      await sampleItems(client, { name: 't', sizeBytes: 0 }, { depth: 0, stats: newReadStats() }),
    ).toEqual({ items: [], whole: false });
    expect(client.calls).toEqual([]);
  });

  it('counts its cost', async () => {
    const stats = newReadStats();
    const client = fakeClient({ t: { items: itemsNumbered(100) } });
    await sampleItems(client, { name: 't', sizeBytes: LARGE }, { depth: 16, stats });
    expect(stats).toMatchObject({
      pages: 2,
      itemsRead: 16,
      itemsReturned: 16,
      capacity: new Map([['t', 1]]),
    });
  });

  it('sends no further request after a failure', async () => {
    const client = fakeClient({ t: { items: itemsNumbered(10_000) } }, (call) => {
      if (call === 'Scan t 3/64') throw new Error('refused');
    });
    const sampling = sampleItems(
      client,
      { name: 't', sizeBytes: LARGE },
      { depth: 1000, stats: newReadStats() },
    );
    await expect(sampling).rejects.toThrow('refused');
    expect(client.calls.length).toBeLessThan(64);
  });

  it('returns distinct items up to the depth, and the same ones each time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, depth, pageSize) => {
          const client = fakeClient({ t: { items: itemsNumbered(count), pageSize } });
          const table = { name: 't', sizeBytes: LARGE };
          const found = numbersOf(await sampleItems(client, table, { depth, stats: newReadStats() }));
          expect(new Set(found).size).toBe(Math.min(count, depth));
          expect(found).toHaveLength(Math.min(count, depth));
          expect(numbersOf(await sampleItems(client, table, { depth, stats: newReadStats() }))).toEqual(
            found,
          );
        },
      ),
    );
  });
});
