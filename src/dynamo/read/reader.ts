import { anySignal } from '../../core/async/abort.ts';
import { DriverError } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
import type { Key, ReadRequest } from './access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import type { DynamoClient } from '../transport/client.ts';
import { monotonicClock } from '../transport/clock.ts';
import type { LintSchema } from '../lint/lint-report.ts';
import { checkRequest } from '../lint/linter.ts';
import { distinctKeys, keyIdentity } from '../key.ts';
import { LIMITS } from '../lint/limits.ts';
import { mergePages, type MergeOptions } from './merge.ts';
import { readEnvelope, type Page } from '../lane/page.ts';
import { readPagesInParallel } from './parallel-pages.ts';
import type { ReadStats } from './read-stats.ts';
import { buildRequest, toReadParts, type BuiltRequest, type ReadPart } from './request.ts';
import { backoffMs } from '../transport/retry.ts';
import { throwIfCancelled } from '../transport/service-errors.ts';
import { retryConflicts } from '../write/transact.ts';

export interface ReadOptions {
  readonly stats: ReadStats;
  readonly signal?: AbortSignal;
  /** Concurrent requests. */
  readonly concurrency: number;
  /** Pages fetched ahead of the consumer; twice the concurrency by default. */
  readonly bufferedPages?: number;
  /** Maximum number of items that a page evaluates; absent: up to DynamoDB. */
  readonly pageSize?: number;
  /** Resumes a read after the `lastKey` of its last page. Only for reads of one part. */
  readonly startKey?: AttributeMap;
  /** Maximum wait before unprocessed keys of a batch are requested again; it doubles each time. */
  readonly retryBaseMs?: number;
  /** Allows the linter to check keys. */
  readonly schema?: LintSchema;
  /** Admits each request. */
  readonly gate?: ReadGate;
}

/** Admits the requests of a read: it may delay or refuse each, and observes its outcome. */
export interface ReadGate {
  acquire(signal: AbortSignal | undefined): Promise<GatePermit>;
}

/** The permission to send one request. */
export interface GatePermit {
  throttled(): void;
  /** Call once with the page; undefined: the request failed. */
  release(page: Page | undefined): void;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS_PER_THREAD = 4;
const MAX_EMPTY_ROUNDS = 10;
const UNPROCESSED_WAIT_MS = 50;

/** The number of segments for a Scan; 1 for a small table. */
export function scanSegments(table: { readonly sizeBytes: number }, threads: number): number {
  if (threads <= 1 || table.sizeBytes < SEGMENT_BYTES) return 1;
  return Math.min(threads * SEGMENTS_PER_THREAD, Math.ceil(table.sizeBytes / SEGMENT_BYTES));
}

/**
 * Reads all pages of a request; pages may be empty. The ranges of a Query and a Scan of one segment keep DynamoDB's order; segments
 * and batches are unordered unless the request specifies an order. With a limit nothing is read ahead, and the page that reaches
 * it is the last, which may have more items. Throws DriverErrors.
 */
export async function* readPages(
  client: Pick<DynamoClient, 'read'>,
  request: ReadRequest,
  options: ReadOptions,
): AsyncGenerator<Page, void, undefined> {
  const { signal, stats, concurrency } = options;
  throwIfCancelled(signal);
  const { access, limit } = request;
  if (limit !== undefined && limit <= 0) return;
  const mayStop = limit !== undefined || request.firstPage !== undefined;
  const parts = toReadParts(request).map((part) => ({ part, built: buildRequest(request, part) }));
  // Segments differ only in their number.
  for (const { built } of access.kind === 'Scan' ? parts.slice(0, 1) : parts)
    checkRequest(built, options.schema);

  const send = async (
    part: ReadPart,
    { operation, input }: BuiltRequest,
    signal: AbortSignal | undefined,
  ): Promise<Page> => {
    const permit = await options.gate?.acquire(signal);
    let page: Page | undefined;
    try {
      const body = await client.read(operation, input, stats, signal, permit && (() => permit.throttled()));
      page = readEnvelope(operation, body);
      countPage(page, stats);
      if (isThrottledBatch(page)) permit?.throttled();
      return page;
    } catch (thrown) {
      throw withPart(thrown, part);
    } finally {
      permit?.release(page);
    }
  };
  const [first] = parts;
  if (first?.part.kind === 'TransactGetItems') {
    yield await retryConflicts(() => send(first.part, first.built, signal), signal);
    return;
  }
  if (access.kind === 'GetItem') {
    if (first !== undefined) yield await send(first.part, first.built, signal);
    return;
  }
  const progress = { returned: 0 };
  const openPages = ({ part, built }: BuiltPart, signal: AbortSignal | undefined) =>
    part.kind === 'BatchGetItem'
      ? readBatchPages(part.keys, (keys) => send(part, buildRequest(request, { ...part, keys }), signal), {
          baseMs: options.retryBaseMs ?? UNPROCESSED_WAIT_MS,
          signal,
        })
      : readPartPages((paging) => send(part, { ...built, input: { ...built.input, ...paging } }, signal), {
          pageSize: createPageSizer(request, options, progress),
          startKey: options.startKey,
        });
  const inOrder =
    access.kind === 'Query' && (mayStop || access.descending === true || access.rangeOrder !== undefined);
  const workers = inOrder ? 1 : Math.max(1, concurrency);
  const pages =
    access.kind === 'Query' && typeof access.rangeOrder === 'object' && parts.length > 1
      ? readMerged(parts, openPages, { by: access.rangeOrder, workers: concurrency, ahead: !mayStop }, signal)
      : access.kind === 'BatchGetItem' && access.ordered
        ? readSortedBatches(access.keys, progress, limit, (keys) => {
            const part = { kind: 'BatchGetItem', keys } as const;
            return openPages({ part, built: buildRequest(request, part) }, signal);
          })
        : mayStop && (workers === 1 || parts.length === 1)
          ? readInSequence(parts, (part) => openPages(part, signal))
          : readPagesInParallel(parts, openPages, {
              workers,
              buffered: options.bufferedPages ?? 2 * workers,
              signal,
            });
  for await (const page of pages) {
    progress.returned += page.count;
    yield page;
    if (limit !== undefined && progress.returned >= limit) return;
  }
}

interface BuiltPart {
  readonly part: ReadPart;
  readonly built: BuiltRequest;
}

interface Paging {
  readonly Limit?: number;
  readonly ExclusiveStartKey?: AttributeMap;
}

async function* readInSequence(
  parts: readonly BuiltPart[],
  openPages: (part: BuiltPart) => AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  for (const part of parts) yield* openPages(part);
}

/** Merges the items of the ranges in order; leaving the loop aborts requests in flight. */
async function* readMerged(
  parts: readonly BuiltPart[],
  openPages: (part: BuiltPart, signal: AbortSignal) => AsyncIterator<Page, void>,
  options: MergeOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page, void, undefined> {
  const stop = new AbortController();
  const anyAbort = anySignal(signal, stop.signal);
  const ranges = parts.map((started) => ({
    pages: openPages(started, anyAbort),
    common: started.part.kind === 'Query' ? started.part.range.equals : {},
  }));
  try {
    yield* mergePages(ranges, options);
  } finally {
    stop.abort();
  }
}

/** Reads items in the order of their keys; with a limit no more keys are requested than may still be needed. */
async function* readSortedBatches(
  keys: readonly Key[],
  progress: { readonly returned: number },
  limit: number | undefined,
  openPages: (keys: readonly Key[]) => AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  const names = Object.keys(keys[0] ?? {});
  let left = distinctKeys(keys);
  while (left.length > 0) {
    const batch = left.slice(0, Math.min(LIMITS.batchGetKeys.max, (limit ?? Infinity) - progress.returned));
    left = left.slice(batch.length);
    const items = new Map<string, AttributeMap>();
    let scannedCount = 0;
    for await (const page of openPages(batch)) {
      scannedCount += page.scannedCount;
      const found: Key[] = JSON.parse(page.items.toString());
      for (const item of found) items.set(extractIdentity(item, names), item);
    }
    const sorted = batch
      .map((key) => items.get(extractIdentity(key, names)))
      .filter((item) => item !== undefined);
    yield { items: Buffer.from(JSON.stringify(sorted)), count: sorted.length, scannedCount, consumed: [] };
  }
}

/** The identity of an item by these key attributes. */
function extractIdentity(item: Key, names: readonly string[]): string {
  return keyIdentity(Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))));
}

/** Reads all pages of one Query, or of one segment of a Scan. */
async function* readPartPages(
  send: (paging: Paging) => Promise<Page>,
  {
    pageSize,
    startKey,
  }: { readonly pageSize: () => number | undefined; readonly startKey: AttributeMap | undefined },
): AsyncGenerator<Page, void, undefined> {
  let from = startKey;
  do {
    const size = pageSize();
    const page = await send({
      ...(size !== undefined && { Limit: size }),
      ...(from !== undefined && { ExclusiveStartKey: from }),
    });
    yield page;
    from = page.lastKey;
  } while (from !== undefined);
}

/** Reads a batch of keys, and requests unprocessed keys again after increasing waits. */
async function* readBatchPages(
  keys: readonly Key[],
  send: (keys: readonly Key[]) => Promise<Page>,
  { baseMs, signal }: { readonly baseMs: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Page, void, undefined> {
  let left: readonly Key[] | undefined = keys;
  let emptyRounds = 0;
  for (;;) {
    const page: Page = await send(left);
    yield page;
    left = page.unprocessed;
    if (left === undefined) return;
    emptyRounds = page.count > 0 ? 0 : emptyRounds + 1;
    if (emptyRounds === MAX_EMPTY_ROUNDS) {
      throw new DriverError(
        'DYNAMO_THROTTLED',
        `BatchGetItem: ${plural(left.length, 'key')} still unprocessed after ${MAX_EMPTY_ROUNDS} attempts`,
      );
    }
    await monotonicClock.wait(backoffMs(emptyRounds, baseMs), signal);
  }
}

/** A larger response has unprocessed keys because of the limit of 16 MB, not because of throttling. */
const FULL_BATCH_BYTES = 12 * 1024 * 1024;

function isThrottledBatch(page: Page): boolean {
  // Checked first, because `items` of a parsed page converts the items to bytes.
  return page.unprocessed !== undefined && page.items.length < FULL_BATCH_BYTES;
}

/** Adds the part of the read to a throttling error, because a single throttled part indicates a hot key. */
function withPart(thrown: unknown, part: ReadPart): unknown {
  if (!(thrown instanceof DriverError) || thrown.code !== 'DYNAMO_THROTTLED') return thrown;
  const place = describePart(part);
  if (place === undefined) return thrown;
  return new DriverError('DYNAMO_THROTTLED', `${thrown.message}; throttled repeatedly on ${place}`, {
    cause: thrown,
    remedy: HOT_KEY_REMEDY,
  });
}

const HOT_KEY_REMEDY =
  'Retry later or more slowly (CapacityPercent, ThreadCount). If it is always the same key or segment, its partition is hot: a partition supports at most 3,000 read units per second.';

function describePart(part: ReadPart): string | undefined {
  switch (part.kind) {
    case 'GetItem':
      return `key ${JSON.stringify(part.key)}`;
    case 'Query':
      return `key ${JSON.stringify(part.range.equals)}`;
    case 'Scan':
      return part.segments > 1 ? `segment ${part.segment} of ${part.segments}` : undefined;
    case 'BatchGetItem':
    case 'TransactGetItems':
      return undefined;
  }
}

/** The minimum size of the first page if some of its items may not meet the conditions. */
export const MIN_FILTERED_PAGE = 100;
const MAX_FIRST_PAGE = 1000;
const MAX_LIMITED_PAGE = 100_000;

/** The size of the pages of all merged ranges together, without a limit. */
const MAX_MERGED_ITEMS = 10_000;
/** The minimum page size of a merged range: fewer items rarely save a capacity unit. */
const MIN_MERGED_PAGE = 25;

/**
 * Returns a function for the `Limit` of the next page. DynamoDB applies `Limit` before the filter, so that with a filter the limit
 * of the statement is only a hint: pages start small and double. Merged ranges are assumed to contribute equally.
 */
function createPageSizer(
  { access, limit, filter, firstPage }: ReadRequest,
  { pageSize }: ReadOptions,
  progress: { readonly returned: number },
): () => number | undefined {
  const atMost = (size: number): number => Math.min(size, pageSize ?? size);
  const isMerged = access.kind === 'Query' && typeof access.rangeOrder === 'object';
  const ranges = isMerged ? access.ranges.length : 1;
  if (limit === undefined && firstPage === undefined) {
    if (ranges === 1) return () => pageSize;
    return () => atMost(Math.max(MIN_FILTERED_PAGE, Math.floor(MAX_MERGED_ITEMS / ranges)));
  }
  if (limit !== undefined && filter.length === 0) {
    return () => {
      const left = limit - progress.returned;
      return atMost(
        ranges === 1 ? left : Math.min(left, Math.max(MIN_MERGED_PAGE, Math.ceil((2 * left) / ranges))),
      );
    };
  }
  const share = Math.ceil((firstPage ?? Math.max(MIN_FILTERED_PAGE, limit ?? 0)) / ranges);
  let next = Math.min(MAX_FIRST_PAGE, ranges === 1 ? share : Math.max(MIN_MERGED_PAGE, share));
  return () => {
    const size = next;
    next *= 2;
    return size > MAX_LIMITED_PAGE ? pageSize : atMost(size);
  };
}

/** Adds a page to the statistics. */
export function countPage(page: Page, stats: ReadStats): void {
  stats.pages += 1;
  stats.itemsRead += page.scannedCount;
  stats.itemsReturned += page.count;
  for (const { table, index, units } of page.consumed) {
    const name = index === undefined ? table : `${table}.${index}`;
    stats.capacity.set(name, (stats.capacity.get(name) ?? 0) + units);
  }
}
