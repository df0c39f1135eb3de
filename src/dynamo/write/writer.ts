import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../core/async/parallel.ts';
import { DriverError } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
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

/** An unconditional write in a batch. */
export type BatchedWrite =
  | { readonly kind: 'put'; readonly item: AttributeMap }
  | { readonly kind: 'delete'; readonly key: Key };

/** Values in chunks, because each step of an async generator is slow. */
export type Chunks<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

export interface BatchOptions {
  /** Concurrent requests. */
  readonly concurrency?: number;
  /** With the key of the table, writes of one item keep their order, and only the last of several in one batch is sent. */
  readonly key?: LintKey;
  readonly stats?: WriteStats;
  /** Wraps each request, and may refuse it. */
  readonly intercept?: <T>(writes: readonly BatchedWrite[], send: () => Promise<T>) => Promise<T>;
  readonly onProgress?: (count: number) => void;
  /** Called after each complete batch, with the index of its first write and the number of writes. */
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

interface BatchResponse {
  readonly UnprocessedItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly ConsumedCapacity?: Parameters<typeof countWritten>[1];
}

const DEFAULT_CONCURRENCY = 4;
const MAX_EMPTY_ROUNDS = 12;
const FIRST_WAIT_MS = 50;

/**
 * Writes items unconditionally in batches of 25, and sends unprocessed items again after increasing waits. Returns the number of
 * writes. `stats.itemsWritten` counts them as they are confirmed.
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
      await batch.ticket.ready;
      await sendBatch(send, table, batch, stats, options);
      options.onBatch?.(batch.first, batch.writes.length + batch.superseded);
    } finally {
      batch.ticket.release();
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
        `BatchWriteItem on ${table}: ${plural(left.length, 'item')} still unprocessed after ${MAX_EMPTY_ROUNDS} attempts`,
      );
    if (round > 0) await pause(backoffMs(round, FIRST_WAIT_MS), signal);
    const requests = left;
    const input = { RequestItems: { [table]: requests }, ReturnConsumedCapacity: 'INDEXES' };
    const body = await around(requests.map(toBatchedWrite), () => send(input, stats, signal));
    const { UnprocessedItems: rest, ConsumedCapacity: consumed }: BatchResponse = JSON.parse(body.toString());
    if (consumed !== undefined) countWritten(stats, consumed);
    left = rest?.[table] ?? [];
    stats.itemsWritten += requests.length - left.length;
    // Superseded writes count as done when the batch is complete.
    if (left.length === 0) stats.itemsWritten += batch.superseded;
    if (left.length === requests.length) continue;
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
  /** The index of its first write. */
  readonly first: number;
  readonly writes: readonly BatchedWrite[];
  /** The number of writes of items that the batch writes again. */
  readonly superseded: number;
  /** Ready after earlier batches with the same items. */
  readonly ticket: Ticket;
}

async function* splitIntoBatches(
  writes: Chunks<BatchedWrite>,
  key: LintKey | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const names = key && [...key.partition, ...key.sort].map(({ name }) => name);
  const takeTicket = createKeyedQueue();
  let batch = new Map<string | number, BatchedWrite>();
  let count = 0;
  let first = 0;
  const finishBatch = (): Batch => ({
    first,
    writes: [...batch.values()],
    superseded: count - batch.size,
    ticket: takeTicket([...batch.keys()].filter((name) => typeof name === 'string')),
  });
  for await (const chunk of writes)
    for (const write of chunk) {
      batch.set(identifyWrite(write, names) ?? count, write);
      count += 1;
      if (batch.size < LIMITS.batchWriteItems.max) continue;
      yield finishBatch();
      batch = new Map();
      first += count;
      count = 0;
    }
  if (batch.size > 0) yield finishBatch();
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
