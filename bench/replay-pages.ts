import { createItem, createKey, getItemSize } from './replay-items.ts';

/** Serialized items, separated by commas. */
interface Block {
  readonly bytes: Buffer;
  /** The offset of each item, and the offset after the comma that would follow the last. */
  readonly starts: readonly number[];
}

/** A page of a Scan. */
export interface ReplayPage {
  readonly items: Buffer;
  readonly count: number;
  /** Where the segment continues; undefined at its end. */
  readonly next: Cursor | undefined;
}

/** A page of the table and an item within it. */
export interface Cursor {
  readonly page: number;
  readonly offset: number;
}

export interface ReplayTable {
  readonly name: string;
  readonly itemCount: number;
  readonly sizeBytes: number;
  /** Returns at most `limit` items from the cursor to the end of its page. Page p belongs to segment p modulo segments. */
  page(cursor: Cursor, segments: number, limit: number): ReplayPage;
}

const PAGE_BYTES = 1024 * 1024;
/** The number of distinct pages; longer tables repeat them. */
const DISTINCT_PAGES = 24;

/** The items, and tables that repeat them. */
export interface ReplayData {
  /** The JSON of the item with this key, if there is one. */
  item(pk: string, sk: string): Buffer | undefined;
  table(name: string, itemCount: number): ReplayTable;
}

export function buildReplayData(): ReplayData {
  const blocks: Block[] = [];
  const items = new Map<string, Buffer>();
  let distinctItems = 0;
  let distinctBytes = 0;
  while (blocks.length < DISTINCT_PAGES) {
    const texts: string[] = [];
    for (let left = PAGE_BYTES; ;) {
      const item = createItem(distinctItems);
      const size = getItemSize(item);
      if (size > left) break;
      const { pk, sk } = createKey(distinctItems);
      const text = JSON.stringify(item);
      texts.push(text);
      items.set(`${pk.S} ${sk.N}`, Buffer.from(text));
      left -= size;
      distinctBytes += size;
      distinctItems += 1;
    }
    blocks.push(toBlock(texts));
  }

  function table(name: string, itemCount: number): ReplayTable {
    const pages = splitPages(itemCount);
    const isUnique = name.startsWith('unique');
    return {
      name,
      itemCount,
      sizeBytes: Math.round((itemCount * distinctBytes) / distinctItems),
      page({ page, offset }, segments, limit) {
        const content = blocks[page % blocks.length];
        const length = pages[page];
        if (content === undefined || length === undefined)
          return { items: Buffer.alloc(0), count: 0, next: undefined };
        const end = Math.min(length, offset + limit);
        const next = end < length ? { page, offset: end } : { page: page + segments, offset: 0 };
        return {
          items: (isUnique
            ? renumberKeys(content, Math.floor(page / blocks.length))
            : content.bytes
          ).subarray(content.starts[offset], (content.starts[end] ?? 0) - 1),
          count: end - offset,
          next: next.page < pages.length ? next : undefined,
        };
      },
    };
  }

  /** The number of items on each page of a table. All pages but the last are full. */
  function splitPages(itemCount: number): readonly number[] {
    const pages: number[] = [];
    for (let left = itemCount; left > 0;) {
      const full = (blocks[pages.length % blocks.length]?.starts.length ?? 1) - 1;
      pages.push(Math.min(left, full));
      left -= full;
    }
    return pages;
  }

  return { item: (pk, sk) => items.get(`${pk} ${sk}`), table };
}

/** Makes the keys of a repetition unique: the customers' numbers begin with its number. */
function renumberKeys({ bytes, starts }: Block, repetition: number): Buffer {
  const copy = Buffer.from(bytes);
  const digits = String(repetition).padStart(3, '0');
  for (const start of starts.slice(0, -1)) copy.write(digits, start + KEY_DIGITS);
  return copy;
}

/** The offset of the customer's number in an item. */
const KEY_DIGITS = '{"pk":{"S":"customer-'.length;

function toBlock(texts: readonly string[]): Block {
  const starts = [0];
  for (const text of texts) starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(text) + 1);
  return { bytes: Buffer.from(texts.join(',')), starts };
}
