import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError } from '../core/errors.ts';
import type { AttributeMap } from './attribute-value.ts';
import { LIMITS } from './limits.ts';
import type { SendRaw } from './raw-lane.ts';
import { backoffMs } from './retry.ts';

export interface PutOptions {
  /** Requests under way at once. */
  readonly concurrency?: number;
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

interface PutRequest {
  readonly PutRequest: { readonly Item: AttributeMap };
}

interface PutAnswer {
  readonly UnprocessedItems?: Readonly<Record<string, readonly PutRequest[]>>;
}

const DEFAULT_CONCURRENCY = 4;
const MOST_ROUNDS = 12;
const FIRST_WAIT_MS = 50;

/** Puts items in batches; what DynamoDB leaves over is sent again after a growing wait. */
export async function putItems(
  send: SendRaw,
  table: string,
  items: AsyncIterable<AttributeMap> | Iterable<AttributeMap>,
  { concurrency = DEFAULT_CONCURRENCY, onProgress, signal }: PutOptions = {},
): Promise<number> {
  let done = 0;
  const stop = new AbortController();
  const anySignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const batches = inBatches(items, LIMITS.batchWriteItems.most);
  const worker = async (): Promise<void> => {
    for await (const batch of { [Symbol.asyncIterator]: () => ({ next: () => batches.next() }) }) {
      await putBatch(send, table, batch, anySignal);
      done += batch.length;
      onProgress?.(done);
    }
  };
  const workers = Array.from({ length: Math.max(1, concurrency) }, worker);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    stop.abort(thrown);
    await Promise.allSettled(workers);
    throw thrown;
  }
  return done;
}

async function putBatch(
  send: SendRaw,
  table: string,
  items: readonly AttributeMap[],
  signal: AbortSignal,
): Promise<void> {
  let left: readonly PutRequest[] = items.map((Item) => ({ PutRequest: { Item } }));
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MOST_ROUNDS) {
      throw new DriverError(
        'DYNAMO_THROTTLED',
        `BatchWriteItem on ${table}: ${left.length} items were left over again and again`,
      );
    }
    if (round > 0) await sleep(backoffMs(round, FIRST_WAIT_MS), undefined, { signal });
    const answer = await send('BatchWriteItem', { RequestItems: { [table]: left } }, undefined, signal);
    const { UnprocessedItems: rest }: PutAnswer = JSON.parse(answer.toString());
    left = rest?.[table] ?? [];
  }
}

async function* inBatches<T>(
  items: AsyncIterable<T> | Iterable<T>,
  size: number,
): AsyncGenerator<readonly T[], void, undefined> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
