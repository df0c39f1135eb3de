import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SortTerm } from '../../../src/dynamo/read/access-path.ts';
import type { AttributeMap, KeyValue } from '../../../src/dynamo/attribute-value.ts';
import { compareKeyValues } from '../../../src/dynamo/key.ts';
import { mergePages } from '../../../src/dynamo/read/merge.ts';
import type { Page } from '../../../src/dynamo/lane/page.ts';

const createItem = (n: number): AttributeMap => ({ sk: { N: String(n) } });
const toPage = (items: readonly AttributeMap[]): Page => ({
  items: Buffer.from(JSON.stringify(items)),
  count: items.length,
  scannedCount: items.length,
  consumed: [],
});
const BY_KEY: readonly SortTerm[] = [{ attribute: 'sk', descending: false }];

/** Pages of `size` items, and the number of pages that were requested. */
function range(items: readonly AttributeMap[], size: number, common: AttributeMap = {}) {
  const requested = { pages: 0 };
  async function* pages(): AsyncGenerator<Page, void> {
    for (let i = 0; i < items.length; i += size) {
      requested.pages += 1;
      yield toPage(items.slice(i, i + size));
    }
  }
  return { pages: pages(), common, requested };
}

async function readItems(pages: AsyncIterable<Page>): Promise<AttributeMap[]> {
  const all: AttributeMap[] = [];
  for await (const { items } of pages) {
    const parsed: AttributeMap[] = JSON.parse(items.toString());
    all.push(...parsed);
  }
  return all;
}

describe('sorted ranges', () => {
  const KINDS: readonly (readonly [string, fc.Arbitrary<KeyValue>])[] = [
    ['numbers', fc.integer({ min: -50, max: 50 }).map((n) => ({ N: String(n / 10) }))],
    ['texts', fc.string({ unit: 'grapheme', maxLength: 3 }).map((text) => ({ S: text }))],
    ['bytes', fc.uint8Array({ maxLength: 3 }).map((bytes) => ({ B: Buffer.from(bytes).toString('base64') }))],
  ];

  it.each(KINDS)('are merged in DynamoDB’s order of %s', async (_, values) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(values, { maxLength: 12 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (lists, size, descending) => {
          const compare = (a: AttributeMap, b: AttributeMap): number =>
            (compareKeyValues(a['sk'] ?? { N: '0' }, b['sk'] ?? { N: '0' }) ?? 0) * (descending ? -1 : 1);
          const sorted = lists.map((list) => list.map((sk) => ({ sk })).toSorted(compare));
          const by = [{ attribute: 'sk', descending }];
          const options = { by, workers: 2, ahead: size % 2 === 0 };
          const merged = await readItems(
            mergePages(
              sorted.map((items) => range(items, size)),
              options,
            ),
          );
          expect(merged.map((item) => JSON.stringify(item)).toSorted()).toEqual(
            sorted
              .flat()
              .map((item) => JSON.stringify(item))
              .toSorted(),
          );
          expect(merged).toEqual(merged.toSorted(compare));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('can be ordered by attributes that all items of a range have in common', async () => {
    const by: readonly SortTerm[] = [...BY_KEY, { attribute: 'pk', descending: true }];
    const items = [{ sk: { N: '1' }, from: { S: 'b' } }];
    const other = [{ sk: { N: '1' }, from: { S: 'a' } }];
    const ranges = [range(other, 1, { pk: { S: 'a' } }), range(items, 1, { pk: { S: 'b' } })];
    expect(await readItems(mergePages(ranges, { by, workers: 1, ahead: false }))).toEqual([
      ...items,
      ...other,
    ]);
  });

  it('fetch no page that the consumer does not need', async () => {
    const low = range([1, 2, 3, 4].map(createItem), 2);
    const high = range([10, 11, 12].map(createItem), 1);
    for await (const page of mergePages([low, high], { by: BY_KEY, workers: 2, ahead: false })) {
      expect(page.count).toBe(2);
      break;
    }
    expect([low.requested.pages, high.requested.pages]).toEqual([1, 1]);
  });

  it('fail when one of them fails', async () => {
    async function* broken(): AsyncGenerator<Page, void> {
      yield toPage([createItem(1)]);
      throw new Error('gone');
    }
    const ranges = [range([createItem(2)], 1), { pages: broken(), common: {} }];
    await expect(readItems(mergePages(ranges, { by: BY_KEY, workers: 2, ahead: true }))).rejects.toThrow(
      'gone',
    );
  });
});
