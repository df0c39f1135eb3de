import { inParallel } from '../core/async/parallel.ts';
import type { AttributeMap } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/transport/client.ts';
import { type Page, readEnvelope } from '../dynamo/lane/page.ts';
import { count, type ReadGate } from '../dynamo/read/reader.ts';
import { addStats, newReadStats, type ReadStats, totalCapacity } from '../dynamo/read/read-stats.ts';
import type { TableDef } from './table-def.ts';

export interface SampleOptions {
  /** How many items in all. A table that one page holds is read completely, so that nothing in it is missed. */
  readonly depth: number;
  readonly stats: ReadStats;
  readonly signal?: AbortSignal;
  readonly paidBy?: SampleMeter | undefined;
}

type SampledTable = Pick<TableDef, 'name' | 'sizeBytes'> &
  Partial<Pick<TableDef, 'itemCount' | 'readCapacity'>>;

/** Whoever a table is sampled for. */
export interface SampleMeter {
  /** What all samples together took. */
  readonly stats: ReadStats;
  /** Read capacity units that a sample may consume, but for its last request; undefined: any. */
  budget(): number | undefined;
  /** What stands before the requests. */
  gate(table: SampledTable): ReadGate;
}

/** One page of a Scan, and how much of a table it may hold. */
const PAGE_BYTES = 1024 * 1024;
/** Few enough requests, far enough apart: a page from the start of a table shows one corner of it. */
const MAX_SEGMENTS = 64;
const ITEMS_PER_REQUEST = 8;
const CONCURRENCY = 16;

interface Segment {
  readonly number: number;
  /** So many segments the table is read in. */
  readonly of: number;
  readonly items: AttributeMap[];
  /** Where the next Scan starts; undefined before the first. */
  startKey?: AttributeMap;
  done: boolean;
}

export interface Sample {
  readonly items: readonly AttributeMap[];
  /** They are all that the table has. */
  readonly whole: boolean;
  /** They are fewer than were wanted, for this budget was used up. */
  readonly cut?: number;
}

/** What one request may evaluate, so that the budget is not overrun by much; and whether there is anything left of it. */
interface Bounds {
  readonly pageSize: number;
  isUsedUp(): boolean;
}

const UNKNOWN_ITEM_BYTES = 1024;
/** Read eventually consistent, a unit is so many bytes, and a request at least half a unit. */
const BYTES_PER_UNIT = 8192;
const LEAST_UNITS = 0.5;
const PAGES_PER_BUDGET = 4;

/** Items from all over a table, in an order that is the same every time while the table is the same. */
export async function sampleItems(
  client: Pick<DynamoClient, 'read'>,
  table: SampledTable,
  options: SampleOptions,
): Promise<Sample> {
  const { depth } = options;
  if (depth <= 0) return { items: [], whole: false };
  const budget = options.paidBy?.budget();
  const bounds = budget === undefined ? undefined : boundsOf(budget, table, options.stats);
  const read = scanner(client, table, options);
  if (table.sizeBytes < PAGE_BYTES) {
    const whole: Segment = { number: 0, of: 1, items: [], done: false };
    // DynamoDB's counters are hours old: what was small may be large by now, and is then sampled like any other.
    await read(whole, bounds?.pageSize);
    while (!whole.done && bounds?.isUsedUp() === false) await read(whole, bounds.pageSize);
    if (whole.done) return { items: whole.items, whole: true };
    if (budget !== undefined) return { items: whole.items, whole: false, cut: budget };
  }

  const most = budget === undefined ? MAX_SEGMENTS : Math.max(1, Math.floor(budget / LEAST_UNITS));
  const total = Math.min(MAX_SEGMENTS, most, Math.ceil(depth / ITEMS_PER_REQUEST));
  const segments = Array.from({ length: total }, (_, number): Segment => ({
    number,
    of: total,
    items: [],
    done: false,
  }));
  for (let missing = depth; missing > 0; missing = depth - countItems(segments)) {
    const open = segments.filter((segment) => !segment.done);
    if (open.length === 0 || bounds?.isUsedUp() === true) break;
    await inParallel(
      open.slice(0, missing).entries(),
      bounds === undefined ? CONCURRENCY : 1,
      async ([at, segment]) => {
        if (bounds?.isUsedUp() === true) return;
        const share = Math.floor(missing / open.length) + (at < missing % open.length ? 1 : 0);
        await read(segment, Math.min(share, bounds?.pageSize ?? share));
      },
    );
  }
  const items = segments.flatMap((segment) => segment.items);
  const whole = segments.every((segment) => segment.done);
  const isShort = !whole && items.length < depth;
  return { items, whole, ...(isShort && budget !== undefined && { cut: budget }) };
}

function boundsOf(budget: number, { sizeBytes, itemCount = 0 }: SampledTable, stats: ReadStats): Bounds {
  const itemBytes = itemCount > 0 ? Math.max(1, sizeBytes / itemCount) : UNKNOWN_ITEM_BYTES;
  return {
    pageSize: Math.max(1, Math.floor(((budget / PAGES_PER_BUDGET) * BYTES_PER_UNIT) / itemBytes)),
    isUsedUp: () => totalCapacity(stats) >= budget,
  };
}

/** Reads the next page of a segment. */
function scanner(
  client: Pick<DynamoClient, 'read'>,
  table: SampledTable,
  { stats, signal, paidBy }: SampleOptions,
) {
  const gate = paidBy?.gate(table);
  return async (segment: Segment, limit: number | undefined): Promise<void> => {
    const input = {
      TableName: table.name,
      ...(segment.of > 1 && { Segment: segment.number, TotalSegments: segment.of }),
      ...(limit !== undefined && { Limit: limit }),
      ...(segment.startKey !== undefined && { ExclusiveStartKey: segment.startKey }),
      ReturnConsumedCapacity: 'TOTAL',
    };
    const asked = newReadStats();
    const passage = await gate?.enter(signal);
    let page: Page | undefined;
    try {
      const onThrottle = passage && (() => passage.throttled());
      page = readEnvelope('Scan', await client.read('Scan', input, asked, signal, onThrottle));
      count(page, asked);
    } finally {
      addStats(stats, asked);
      if (paidBy !== undefined) addStats(paidBy.stats, asked);
      passage?.leave(page);
    }
    const items: readonly AttributeMap[] = page.parsed ?? JSON.parse(page.items.toString());
    for (const item of items) segment.items.push(item);
    if (page.lastKey === undefined) segment.done = true;
    else segment.startKey = page.lastKey;
  };
}

function countItems(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.items.length, 0);
}
