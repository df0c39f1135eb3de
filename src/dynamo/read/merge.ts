import type { SortTerm } from './access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import { compareKeyValues } from '../key.ts';
import type { Page } from '../lane/page.ts';

/** One of the ranges to merge: its pages, in the order of the terms, and what all of its items have in common. */
export interface SortedRange {
  readonly pages: AsyncIterator<Page, void>;
  readonly common: AttributeMap;
}

export interface MergeOptions {
  readonly by: readonly SortTerm[];
  /** Ranges whose first page is fetched at once. */
  readonly workers: number;
  /** Fetch a range's next page while its last one is merged. */
  readonly ahead: boolean;
}

/** So many items make a page of the merged rows. */
const BATCH = 256;

/** The items of sorted ranges in one order. No more than a page or two of each range is in memory. */
export async function* mergePages(
  ranges: readonly SortedRange[],
  { by, workers, ahead }: MergeOptions,
): AsyncGenerator<Page, void, undefined> {
  const cursors: Cursor[] = [];
  for (let i = 0; i < ranges.length; i += workers) {
    const opened = ranges.slice(i, i + workers).map((range) => openCursor(range, ahead));
    // All of them settle, so that none fails unseen when another did first.
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
    if (batch.length >= BATCH || (isDrained && batch.length > 0)) {
      // Before the next request: whoever reads may have enough.
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
  /** Whether the page has another item. */
  advance(): boolean;
  /** Goes to the next page that has items, if there is one. */
  turnPage(): Promise<void>;
}

function openCursor({ pages, common }: SortedRange, ahead: boolean): Cursor {
  let items: readonly AttributeMap[] = [];
  let at = 0;
  let fetching: Promise<IteratorResult<Page, void>> | undefined;
  const fetchNext = (): Promise<IteratorResult<Page, void>> => {
    const next = pages.next();
    // Its failure is seen by whoever waits for it, and by nobody once reading has stopped.
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

/** Into its place among cursors that are sorted by their heads, behind equals. */
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
