import { inParallel } from '../core/in-parallel.ts';
import type { AttributeMap } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/client.ts';
import type { ReadStats } from '../dynamo/read-stats.ts';
import type { TableDef } from './table-def.ts';

export interface SampleOptions {
  /** How many items in all. A table that one page holds is read completely, so that nothing in it is missed. */
  readonly depth: number;
  readonly stats: ReadStats;
  readonly signal?: AbortSignal;
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

interface ScanAnswer {
  readonly Items?: readonly AttributeMap[];
  readonly Count?: number;
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: AttributeMap;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

export interface Sample {
  readonly items: readonly AttributeMap[];
  /** They are all that the table has. */
  readonly whole: boolean;
}

/** Items from all over a table, in an order that is the same every time while the table is the same. */
export async function sampleItems(
  client: Pick<DynamoClient, 'read'>,
  table: Pick<TableDef, 'name' | 'sizeBytes'>,
  options: SampleOptions,
): Promise<Sample> {
  const { depth } = options;
  const page = (segment: Segment, limit?: number): Promise<void> =>
    readPage(client, table.name, segment, limit, options);
  if (depth <= 0) return { items: [], whole: false };
  if (table.sizeBytes < PAGE_BYTES) {
    const whole: Segment = { number: 0, of: 1, items: [], done: false };
    // DynamoDB's counters are hours old: what was small may be large by now, and is then sampled like any other.
    await page(whole);
    if (whole.done) return { items: whole.items, whole: true };
  }

  const total = Math.min(MAX_SEGMENTS, Math.ceil(depth / ITEMS_PER_REQUEST));
  const segments = Array.from({ length: total }, (_, number): Segment => ({
    number,
    of: total,
    items: [],
    done: false,
  }));
  for (let missing = depth; missing > 0; missing = depth - countItems(segments)) {
    const open = segments.filter((segment) => !segment.done);
    if (open.length === 0) break;
    await inParallel(open.slice(0, missing).entries(), CONCURRENCY, ([at, segment]) => {
      const share = Math.floor(missing / open.length) + (at < missing % open.length ? 1 : 0);
      return page(segment, share);
    });
  }
  return {
    items: segments.flatMap((segment) => segment.items),
    whole: segments.every((segment) => segment.done),
  };
}

/** Adds what one Scan gives. */
async function readPage(
  client: Pick<DynamoClient, 'read'>,
  tableName: string,
  segment: Segment,
  limit: number | undefined,
  { stats, signal }: SampleOptions,
): Promise<void> {
  const input = {
    TableName: tableName,
    ...(segment.of > 1 && { Segment: segment.number, TotalSegments: segment.of }),
    ...(limit !== undefined && { Limit: limit }),
    ...(segment.startKey !== undefined && { ExclusiveStartKey: segment.startKey }),
    ReturnConsumedCapacity: 'TOTAL',
  };
  const answer: ScanAnswer = JSON.parse((await client.read('Scan', input, stats, signal)).toString());
  const items = answer.Items ?? [];
  stats.pages += 1;
  stats.itemsRead += answer.ScannedCount ?? items.length;
  stats.itemsReturned += items.length;
  const units = answer.ConsumedCapacity?.CapacityUnits ?? 0;
  stats.capacity.set(tableName, (stats.capacity.get(tableName) ?? 0) + units);

  for (const item of items) segment.items.push(item);
  if (answer.LastEvaluatedKey === undefined) segment.done = true;
  else segment.startKey = answer.LastEvaluatedKey;
}

function countItems(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.items.length, 0);
}
