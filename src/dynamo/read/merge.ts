import type { SortTerm } from './access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import { compareKeyValues } from '../key.ts';
import type { Page } from '../lane/page.ts';

/** A range to merge: its pages, in the order of the terms, and the attributes that all its items have in common. */
export interface SortedRange {
  readonly pages: AsyncIterator<Page, void>;
  readonly common: AttributeMap;
}

export interface MergeOptions {
  readonly by: readonly SortTerm[];
  /** Ranges whose first pages are fetched concurrently. */
  readonly workers: number;
  /** Whether to fetch the next page of a range while the previous one is merged. */
  readonly ahead: boolean;
}

/** Items in a merged page. */
const PAGE_ITEMS = 256;

/** Merges the items of sorted ranges, with at most two pages of each range in memory. */
export async function* mergePages(
  ranges: readonly SortedRange[],
  { by, workers, ahead }: MergeOptions,
): AsyncGenerator<Page, void, undefined> {
  const cursors: Cursor[] = [];
  for (let i = 0; i < ranges.length; i += workers) {
    const opened = ranges.slice(i, i + workers).map((range) => openCursor(range, ahead));
    // Waiting for all of them prevents unhandled rejections after the first failure.
    const moved = await Promise.allSettled(opened.map((cursor) => cursor.turnPage()));
    const failed = moved.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    for (const cursor of opened) if (cursor.head() !== undefined) insert(cursors, cursor, by);
  }
  let batch: AttributeMap[] = [];
  for (let first = cursors.shift(); first !== undefined; first = cursors.shift()) {
    const item = first.head();
    if (item !== undefined) batch.push(item);
    const isDrained = !first.advance();
    if (batch.length >= PAGE_ITEMS || (isDrained && batch.length > 0)) {
      // Yield before the next request, which the consumer may not need.
      yield toPage(batch);
      batch = [];
    }
    if (isDrained) await first.turnPage();
    if (first.head() !== undefined) insert(cursors, first, by);
  }
}

interface Cursor {
  readonly common: AttributeMap;
  head(): AttributeMap | undefined;
  /** Goes to the next item; false at the end of the page. */
  advance(): boolean;
  /** Goes to the next page with items, if any. */
  turnPage(): Promise<void>;
}

function openCursor({ pages, common }: SortedRange, ahead: boolean): Cursor {
  let items: readonly AttributeMap[] = [];
  let at = 0;
  let fetching: Promise<IteratorResult<Page, void>> | undefined;
  const fetchNext = (): Promise<IteratorResult<Page, void>> => {
    const next = pages.next();
    // A failure is handled by turnPage, and ignored after reading has stopped.
    next.catch(() => undefined);
    return next;
  };
  return {
    common,
    head: () => items[at],
    advance: () => ++at < items.length,
    async turnPage() {
      [items, at] = [[], 0];
      while (items.length === 0) {
        const next = await (fetching ?? fetchNext());
        if (next.done === true) return;
        fetching = ahead ? fetchNext() : undefined;
        items = JSON.parse(next.value.items.toString());
      }
    },
  };
}

/** Inserts a cursor into the list, which is sorted by the heads, after equal ones. */
function insert(cursors: Cursor[], cursor: Cursor, by: readonly SortTerm[]): void {
  let [low, high] = [0, cursors.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = cursors[middle];
    if (other !== undefined && compareHeads(other, cursor, by) <= 0) low = middle + 1;
    else high = middle;
  }
  cursors.splice(low, 0, cursor);
}

function compareHeads(a: Cursor, b: Cursor, by: readonly SortTerm[]): number {
  for (const { attribute, descending } of by) {
    const [left, right] = [a, b].map((cursor) => cursor.common[attribute] ?? cursor.head()?.[attribute]);
    const order = left === undefined || right === undefined ? 0 : (compareKeyValues(left, right) ?? 0);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function toPage(items: readonly AttributeMap[]): Page {
  return {
    items: Buffer.from(JSON.stringify(items)),
    count: items.length,
    scannedCount: items.length,
    consumed: [],
  };
}
