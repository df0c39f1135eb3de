import type { AttributeMap, AttributeValue } from '../src/dynamo/attribute-value.ts';

const WORDS = [
  'amber',
  'brook',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'Höhe',
  'inlet',
  'jade',
  'kelp',
  '湖',
];
const CITIES = ['Dublin', 'Zürich', 'São Paulo', 'Osaka', 'Oslo', 'Toronto'];

export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** The key of the n-th item. */
export function createKey(index: number): {
  readonly pk: { readonly S: string };
  readonly sk: { readonly N: string };
} {
  return { pk: { S: `customer-${String(index).padStart(8, '0')}` }, sk: { N: String((index * 7) % 1000) } };
}

/** The n-th item: ten attributes of various types. The same index always results in the same item. */
export function createItem(index: number): AttributeMap {
  const random = createRandom(index + 1);
  const words = (count: number): string =>
    Array.from({ length: count }, () => pick(WORDS, random())).join(' ');
  return {
    ...createKey(index),
    n: { N: String(Math.floor(random() * 1_000_000)) },
    s: { S: words(9) },
    amount: { N: (random() * 10_000).toFixed(2) },
    active: { BOOL: random() < 0.5 },
    address: {
      M: {
        city: { S: pick(CITIES, random()) },
        zip: { S: String(Math.floor(random() * 90_000) + 10_000) },
        floor: { N: String(Math.floor(random() * 40)) },
      },
    },
    tags: { L: [{ S: words(1) }, { S: words(1) }, { N: String(Math.floor(random() * 100)) }] },
    labels: { SS: ['blue', 'green', `size-${Math.floor(random() * 10)}`] },
    note: random() < 0.2 ? { NULL: true } : { S: words(34) },
  };
}

/** The size of an item by DynamoDB's rules, which limit a page to 1 MB. */
export function getItemSize(item: AttributeMap): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + getValueSize(value),
    0,
  );
}

function getValueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return getNumberSize(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('M' in value) return 3 + Object.keys(value.M).length + getItemSize(value.M);
  if ('L' in value) return 3 + value.L.reduce((sum, element) => sum + 1 + getValueSize(element), 0);
  if ('SS' in value) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if ('NS' in value) return value.NS.reduce((sum, number) => sum + getNumberSize(number), 0);
  if ('BS' in value) return value.BS.reduce((sum, bytes) => sum + Buffer.byteLength(bytes, 'base64'), 0);
  return 1;
}

function getNumberSize(number: string): number {
  return Math.ceil(number.replace(/\D/g, '').length / 2) + 1;
}

function pick(list: readonly string[], random: number): string {
  return list[Math.floor(random * list.length)] ?? '';
}

/** Random numbers from 0 to 1 that depend only on the seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
