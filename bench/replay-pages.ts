import { itemAt, keyAt, sizeOf } from './replay-items.ts';

/** Items whose JSON stands ready, one after another with commas between them. */
interface Block {
  readonly bytes: Buffer;
  /** Where each item begins, and one past the comma that would follow the last. */
  readonly starts: readonly number[];
}

/** A part of a table's pages, as one Scan page. */
export interface ReplayPage {
  readonly items: Buffer;
  readonly count: number;
  /** Where the segment goes on; undefined at its end. */
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
  /** The items from the cursor to the end of its page, at most `limit`. Page p belongs to segment p modulo segments. */
  page(cursor: Cursor, segments: number, limit: number): ReplayPage;
}

const PAGE_BYTES = 1024 * 1024;
/** Distinct pages that are kept; longer tables repeat them. */
const DISTINCT_PAGES = 24;

/** How many items the pages are made of: item `i` of a table is `itemAt(i modulo this)`. */
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
      const item = itemAt(distinctItems);
      const size = sizeOf(item);
      if (size > left) break;
      const { pk, sk } = keyAt(distinctItems);
      const text = JSON.stringify(item);
      texts.push(text);
      items.set(`${pk.S} ${sk.N}`, Buffer.from(text));
      left -= size;
      distinctBytes += size;
      distinctItems += 1;
    }
    blocks.push(block(texts));
  }

  function table(name: string, itemCount: number): ReplayTable {
    const pages = pagesFor(itemCount);
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
          items: (isUnique ? renumbered(content, Math.floor(page / blocks.length)) : content.bytes).subarray(
            content.starts[offset],
            (content.starts[end] ?? 0) - 1,
          ),
          count: end - offset,
          next: next.page < pages.length ? next : undefined,
        };
      },
    };
  }

  /** How many items each page of a table has: all of them full but the last. */
  function pagesFor(itemCount: number): readonly number[] {
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

/** The block with keys that only this repetition has: the customers' numbers begin with it. */
function renumbered({ bytes, starts }: Block, repetition: number): Buffer {
  const copy = Buffer.from(bytes);
  const digits = String(repetition).padStart(3, '0');
  for (const start of starts.slice(0, -1)) copy.write(digits, start + KEY_DIGITS);
  return copy;
}

/** Where the number of the first attribute begins. */
const KEY_DIGITS = '{"pk":{"S":"customer-'.length;

function block(texts: readonly string[]): Block {
  const starts = [0];
  for (const text of texts) starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(text) + 1);
  return { bytes: Buffer.from(texts.join(',')), starts };
}
