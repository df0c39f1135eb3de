import { inParallel } from '../core/async/parallel.ts';
import type { AttributeMap } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/transport/client.ts';
import { type Page, readEnvelope } from '../dynamo/lane/page.ts';
import { countPage, type ReadGate } from '../dynamo/read/reader.ts';
import { addStats, newReadStats, type ReadStats, totalCapacity } from '../dynamo/read/read-stats.ts';
import type { TableDef } from './table-def.ts';

export interface SampleOptions {
  /** Number of items. A table that fits into one page is read completely. */
  readonly depth: number;
  readonly stats: ReadStats;
  readonly signal?: AbortSignal;
  readonly budget?: SamplingBudget | undefined;
}

type SampledTable = Pick<TableDef, 'name' | 'sizeBytes'> &
  Partial<Pick<TableDef, 'itemCount' | 'readCapacity'>>;

/** The budget that pays for samples. */
export interface SamplingBudget {
  /** What its samples have consumed so far. */
  readonly stats: ReadStats;
  /** Read capacity units left for a sample, which its last request may exceed; undefined: no limit. */
  remaining(): number | undefined;
  /** Reports a sample that the budget ended early, or that IAM denies. */
  warn?(message: string): void;
  /** Called around each request. */
  gate(table: SampledTable): ReadGate;
}

/** DynamoDB's limit for a page. */
const PAGE_BYTES = 1024 * 1024;
/** Segments spread the sample over the table: its first page shows one hash range only. */
const MAX_SEGMENTS = 64;
const ITEMS_PER_REQUEST = 8;
const CONCURRENCY = 16;

interface Segment {
  readonly number: number;
  /** The total number of segments. */
  readonly of: number;
  readonly items: AttributeMap[];
  /** Where the next Scan starts; undefined before the first. */
  startKey?: AttributeMap;
  done: boolean;
}

export interface Sample {
  readonly items: readonly AttributeMap[];
  /** The table has no other items. */
  readonly whole: boolean;
  /** The budget that ended the sample early. */
  readonly cut?: number;
}

/** Page size and end of a sample with a budget, so that it exceeds the budget only slightly. */
interface Bounds {
  readonly pageSize: number;
  isUsedUp(): boolean;
}

const UNKNOWN_ITEM_BYTES = 1024;
/** An eventually consistent read unit; a request takes at least half of one. */
const BYTES_PER_UNIT = 8192;
const MIN_REQUEST_UNITS = 0.5;
const PAGES_PER_BUDGET = 4;

/** Items from all over a table. The result is the same each time as long as the table does not change. */
export async function sampleItems(
  client: Pick<DynamoClient, 'read'>,
  table: SampledTable,
  options: SampleOptions,
): Promise<Sample> {
  const { depth } = options;
  if (depth <= 0) return { items: [], whole: false };
  const units = options.budget?.remaining();
  const bounds = units === undefined ? undefined : computeSampleBounds(units, table, options.stats);
  const read = createSegmentReader(client, table, options);
  if (table.sizeBytes < PAGE_BYTES) {
    const whole: Segment = { number: 0, of: 1, items: [], done: false };
    // DynamoDB's counters are hours old: a table that has grown since is sampled like any other.
    await read(whole, bounds?.pageSize);
    while (!whole.done && bounds?.isUsedUp() === false) await read(whole, bounds.pageSize);
    if (whole.done) return { items: whole.items, whole: true };
    if (units !== undefined) return { items: whole.items, whole: false, cut: units };
  }

  const most = units === undefined ? MAX_SEGMENTS : Math.max(1, Math.floor(units / MIN_REQUEST_UNITS));
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
  return { items, whole, ...(isShort && units !== undefined && { cut: units }) };
}

function computeSampleBounds(
  budget: number,
  { sizeBytes, itemCount = 0 }: SampledTable,
  stats: ReadStats,
): Bounds {
  const itemBytes = itemCount > 0 ? Math.max(1, sizeBytes / itemCount) : UNKNOWN_ITEM_BYTES;
  return {
    pageSize: Math.max(1, Math.floor(((budget / PAGES_PER_BUDGET) * BYTES_PER_UNIT) / itemBytes)),
    isUsedUp: () => totalCapacity(stats) >= budget,
  };
}

/** Reads the next page of a segment. */
function createSegmentReader(
  client: Pick<DynamoClient, 'read'>,
  table: SampledTable,
  { stats, signal, budget }: SampleOptions,
) {
  const gate = budget?.gate(table);
  return async (segment: Segment, limit: number | undefined): Promise<void> => {
    const input = {
      TableName: table.name,
      ...(segment.of > 1 && { Segment: segment.number, TotalSegments: segment.of }),
      ...(limit !== undefined && { Limit: limit }),
      ...(segment.startKey !== undefined && { ExclusiveStartKey: segment.startKey }),
      ReturnConsumedCapacity: 'TOTAL',
    };
    const asked = newReadStats();
    const permit = await gate?.acquire(signal);
    let page: Page | undefined;
    try {
      const onThrottle = permit && (() => permit.throttled());
      page = readEnvelope('Scan', await client.read('Scan', input, asked, signal, onThrottle));
      countPage(page, asked);
    } finally {
      addStats(stats, asked);
      if (budget !== undefined) addStats(budget.stats, asked);
      permit?.release(page);
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
