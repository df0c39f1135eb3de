import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../core/async/parallel.ts';
import { DriverError } from '../../core/errors.ts';
import { createKeyedQueue, type Ticket } from '../../core/async/keyed-mutex.ts';
import type { Key } from '../read/access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import type { BuiltWrite } from './item-write.ts';
import { keyIdentity } from '../key.ts';
import { LIMITS } from '../lint/limits.ts';
import type { LintKey } from '../lint/lint-report.ts';
import { backoffMs } from '../transport/retry.ts';
import { throwIfCancelled } from '../transport/service-errors.ts';
import { countWritten, newWriteStats, type WriteStats } from './write-stats.ts';

/** What a batch can do to an item: replace it, whatever it is, or delete it. */
export type BatchedWrite =
  | { readonly kind: 'put'; readonly item: AttributeMap }
  | { readonly kind: 'delete'; readonly key: Key };

/** What comes as it comes: each turn of a generator takes its time. */
export type Chunks<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

export interface BatchOptions {
  /** Requests under way at once. */
  readonly concurrency?: number;
  /** With the table's key, writes of one item keep their order, and of several in one request the last is sent. */
  readonly key?: LintKey;
  readonly stats?: WriteStats;
  /** Stands around each request, and may refuse it. */
  readonly intercept?: <T>(writes: readonly BatchedWrite[], send: () => Promise<T>) => Promise<T>;
  readonly onProgress?: (done: number) => void;
  /** Hears of each batch that is written as a whole: the place of its first write among all, from 0, and their number. */
  readonly onBatch?: (first: number, count: number) => void;
  readonly signal?: AbortSignal;
}

type SendBatch = (
  input: BuiltWrite['input'],
  stats: WriteStats,
  signal: AbortSignal | undefined,
) => Promise<Buffer>;

type WriteRequest =
  | { readonly PutRequest: { readonly Item: AttributeMap } }
  | { readonly DeleteRequest: { readonly Key: Key } };

interface BatchAnswer {
  readonly UnprocessedItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly ConsumedCapacity?: Parameters<typeof countWritten>[1];
}

const DEFAULT_CONCURRENCY = 4;
const MAX_EMPTY_ROUNDS = 12;
const FIRST_WAIT_MS = 50;

/**
 * Writes 25 items to a request, without a look at what is there; what DynamoDB leaves over is sent again after a growing
 * wait. Gives the number of writes, which `stats.itemsWritten` counts as they are confirmed.
 */
export async function writeBatches(
  send: SendBatch,
  table: string,
  writes: Chunks<BatchedWrite>,
  options: BatchOptions = {},
): Promise<number> {
  const { concurrency = DEFAULT_CONCURRENCY, stats = newWriteStats(), key } = options;
  const before = stats.itemsWritten;
  await inParallel(splitIntoBatches(writes, key), concurrency, async (batch) => {
    try {
      await batch.turn.ready;
      await sendBatch(send, table, batch, stats, options);
      options.onBatch?.(batch.first, batch.writes.length + batch.superseded);
    } finally {
      batch.turn.release();
    }
  });
  return stats.itemsWritten - before;
}

async function sendBatch(
  send: SendBatch,
  table: string,
  batch: Batch,
  stats: WriteStats,
  { intercept: around = (_writes, request) => request(), onProgress, signal }: BatchOptions,
): Promise<void> {
  let left: readonly WriteRequest[] = batch.writes.map(toWriteRequest);
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_EMPTY_ROUNDS)
      throw new DriverError(
        'DYNAMO_THROTTLED',
        `BatchWriteItem on ${table}: ${left.length} items were left over again and again`,
      );
    if (round > 0) await pause(backoffMs(round, FIRST_WAIT_MS), signal);
    const asked = left;
    const input = { RequestItems: { [table]: asked }, ReturnConsumedCapacity: 'INDEXES' };
    const body = await around(asked.map(toBatchedWrite), () => send(input, stats, signal));
    const { UnprocessedItems: rest, ConsumedCapacity: consumed }: BatchAnswer = JSON.parse(body.toString());
    if (consumed !== undefined) countWritten(stats, consumed);
    left = rest?.[table] ?? [];
    stats.itemsWritten += asked.length - left.length;
    // What others of the batch made needless is done when they are.
    if (left.length === 0) stats.itemsWritten += batch.superseded;
    if (left.length === asked.length) continue;
    round = 0;
    onProgress?.(stats.itemsWritten);
  }
}

async function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(waitMs, undefined, signal && { signal }).catch(() => throwIfCancelled(signal));
}

function toWriteRequest(write: BatchedWrite): WriteRequest {
  return write.kind === 'put' ? { PutRequest: { Item: write.item } } : { DeleteRequest: { Key: write.key } };
}

function toBatchedWrite(request: WriteRequest): BatchedWrite {
  return 'PutRequest' in request
    ? { kind: 'put', item: request.PutRequest.Item }
    : { kind: 'delete', key: request.DeleteRequest.Key };
}

interface Batch {
  /** The place of its first write among all. */
  readonly first: number;
  readonly writes: readonly BatchedWrite[];
  /** Writes of items that are written again by the same batch. */
  readonly superseded: number;
  /** Earlier batches with the same items go first. */
  readonly turn: Ticket;
}

async function* splitIntoBatches(
  writes: Chunks<BatchedWrite>,
  key: LintKey | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const names = key && [...key.partition, ...key.sort].map(({ name }) => name);
  const takeTurn = createKeyedQueue();
  let batch = new Map<string | number, BatchedWrite>();
  let count = 0;
  let first = 0;
  const closed = (): Batch => ({
    first,
    writes: [...batch.values()],
    superseded: count - batch.size,
    turn: takeTurn([...batch.keys()].filter((name) => typeof name === 'string')),
  });
  for await (const some of writes)
    for (const write of some) {
      batch.set(identifyWrite(write, names) ?? count, write);
      count += 1;
      if (batch.size < LIMITS.batchWriteItems.max) continue;
      yield closed();
      batch = new Map();
      first += count;
      count = 0;
    }
  if (batch.size > 0) yield closed();
}

function identifyWrite(write: BatchedWrite, names: readonly string[] | undefined): string | undefined {
  if (names === undefined) return undefined;
  const attributes = write.kind === 'put' ? write.item : write.key;
  const key: Record<string, Key[string]> = {};
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined || !('S' in value || 'N' in value || 'B' in value)) return undefined;
    key[name] = value;
  }
  return keyIdentity(key);
}
