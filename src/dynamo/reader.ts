import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError } from '../core/errors.ts';
import type { Key, ReadRequest } from './access-path.ts';
import type { AttributeMap } from './attribute-value.ts';
import type { DynamoClient } from './client.ts';
import type { LintSchema } from './lint-report.ts';
import { checkRequest } from './linter.ts';
import { readEnvelope, type Page } from './page.ts';
import { pump } from './pump.ts';
import type { ReadStats } from './read-stats.ts';
import { buildRequest, partsOf, type BuiltRequest, type ReadPart } from './request.ts';
import { backoffMs } from './retry.ts';
import { cancelled, throwIfCancelled } from './service-errors.ts';

export interface ReadOptions {
  readonly stats: ReadStats;
  readonly signal?: AbortSignal;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Pages fetched ahead of the consumer; twice the concurrency unless said. */
  readonly bufferedPages?: number;
  /** Items that one page evaluates at most; absent: as many as DynamoDB likes. */
  readonly pageSize?: number;
  /** Where a read that stopped goes on: the `lastKey` of its last page. For reads of one part. */
  readonly startKey?: AttributeMap;
  /** What the first wait for left-over keys of a batch is drawn from. */
  readonly retryBaseMs?: number;
  /** Lets the linter check keys as well. */
  readonly schema?: LintSchema;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS_PER_THREAD = 4;
const UNPROCESSED_ROUNDS = 10;
const UNPROCESSED_WAIT_MS = 50;

/** In how many segments a scan is worth cutting: a small table is one. */
export function scanSegments(table: { readonly sizeBytes: number }, threads: number): number {
  if (threads <= 1 || table.sizeBytes < SEGMENT_BYTES) return 1;
  return Math.min(threads * SEGMENTS_PER_THREAD, Math.ceil(table.sizeBytes / SEGMENT_BYTES));
}

/**
 * Reads everything that a request asks for, page by page; pages may be empty. Ranges of a Query and a Scan of one
 * segment keep DynamoDB's order, segments and batches come as they come. Under a limit nothing is read ahead, and the
 * pages end with the one that reaches it, which may hold more.
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
  const parts = partsOf(request).map((part) => ({ part, built: buildRequest(request, part) }));
  // Segments differ in their number only.
  for (const { built } of access.kind === 'Scan' ? parts.slice(0, 1) : parts)
    checkRequest(built, options.schema);

  const send = async ({ operation, input }: BuiltRequest, signal: AbortSignal | undefined): Promise<Page> => {
    const page = readEnvelope(operation, await client.read(operation, input, stats, signal));
    count(page, stats);
    return page;
  };
  const [first] = parts;
  if (access.kind === 'GetItem') {
    if (first !== undefined) yield await send(first.built, signal);
    return;
  }
  const progress = { returned: 0 };
  const pagesOf = ({ part, built }: Started, signal: AbortSignal | undefined) =>
    part.kind === 'BatchGetItem'
      ? batchPages(part.keys, (keys) => send(buildRequest(request, { ...part, keys }), signal), {
          baseMs: options.retryBaseMs ?? UNPROCESSED_WAIT_MS,
          signal,
        })
      : pagedPages((paging) => send({ ...built, input: { ...built.input, ...paging } }, signal), {
          pageSize: pageSizes(request, options, progress),
          startKey: options.startKey,
        });
  const inOrder = access.kind === 'Query' && (limit !== undefined || access.descending === true);
  const workers = inOrder ? 1 : Math.max(1, concurrency);
  const pages =
    limit !== undefined && (workers === 1 || parts.length === 1)
      ? oneAfterAnother(parts, (part) => pagesOf(part, signal))
      : pump(parts, pagesOf, { workers, buffered: options.bufferedPages ?? 2 * workers, signal });
  for await (const page of pages) {
    progress.returned += page.count;
    yield page;
    if (limit !== undefined && progress.returned >= limit) return;
  }
}

interface Started {
  readonly part: ReadPart;
  readonly built: BuiltRequest;
}

interface Paging {
  readonly Limit?: number;
  readonly ExclusiveStartKey?: AttributeMap;
}

async function* oneAfterAnother(
  parts: readonly Started[],
  pagesOf: (part: Started) => AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  for (const part of parts) yield* pagesOf(part);
}

/** The pages of one Query, or of one segment of a Scan, to the end. */
async function* pagedPages(
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

/** The answers to one batch of keys; what DynamoDB leaves over is asked for again after a growing wait. */
async function* batchPages(
  keys: readonly Key[],
  send: (keys: readonly Key[]) => Promise<Page>,
  { baseMs, signal }: { readonly baseMs: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Page, void, undefined> {
  let left: readonly Key[] | undefined = keys;
  let inVain = 0;
  for (;;) {
    const page: Page = await send(left);
    yield page;
    left = page.unprocessed;
    if (left === undefined) return;
    inVain = page.count > 0 ? 0 : inVain + 1;
    if (inVain === UNPROCESSED_ROUNDS) {
      throw new DriverError(
        'DYNAMO_THROTTLED',
        `BatchGetItem: ${left.length} keys were left over ${UNPROCESSED_ROUNDS} times in a row`,
      );
    }
    await pause(backoffMs(inVain, baseMs), signal);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
  } catch (thrown) {
    throw signal?.aborted === true ? cancelled(signal) : thrown;
  }
}

const FEWEST_FILTERED = 100;
const MOST_FIRST = 1000;
const NO_LONGER_WORTH_A_LIMIT = 100_000;

/**
 * How many items the next page evaluates. `Limit` is counted before the filter, so that under a filter the SQL limit
 * says little: pages start small and double.
 */
function pageSizes(
  { limit, filter }: ReadRequest,
  { pageSize }: ReadOptions,
  progress: { readonly returned: number },
): () => number | undefined {
  if (limit === undefined) return () => pageSize;
  const atMost = (size: number): number => Math.min(size, pageSize ?? size);
  if (filter.length === 0) return () => atMost(limit - progress.returned);
  let next = Math.min(MOST_FIRST, Math.max(FEWEST_FILTERED, limit));
  return () => {
    const size = next;
    next *= 2;
    return size > NO_LONGER_WORTH_A_LIMIT ? pageSize : atMost(size);
  };
}

function count(page: Page, stats: ReadStats): void {
  stats.pages += 1;
  stats.itemsRead += page.scannedCount;
  stats.itemsReturned += page.count;
  for (const { table, index, units } of page.consumed) {
    const name = index === undefined ? table : `${table}.${index}`;
    stats.capacity.set(name, (stats.capacity.get(name) ?? 0) + units);
  }
}
