import { type Clock, monotonicClock } from './clock.ts';
import { createConcurrencyLimiter, type ConcurrencyLimiter } from './concurrency-limiter.ts';
import { type TokenBucket, createTokenBucket } from './token-bucket.ts';

/** Concurrency and rate limits that the reads of all statements of a database share. */
export interface SharedLimits {
  /** The limiter of requests to a table, or to an index as `table.index`. */
  limiter(relation: string): ConcurrencyLimiter;
  /** The bucket that limits reads of a table or index to this rate. */
  bucket(relation: string, unitsPerSecond: number): TokenBucket;
}

export function createSharedLimits(clock: Clock = monotonicClock): SharedLimits {
  const limiters = new Map<string, ConcurrencyLimiter>();
  const buckets = new Map<string, TokenBucket>();
  return {
    limiter: (relation) => getOrCreate(limiters, relation, createConcurrencyLimiter),
    bucket: (relation, unitsPerSecond) =>
      getOrCreate(buckets, `${relation} ${unitsPerSecond}`, () => createTokenBucket(unitsPerSecond, clock)),
  };
}

function getOrCreate<T>(map: Map<string, T>, key: string, create: () => T): T {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
