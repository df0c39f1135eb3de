import { type Clock, monotonicClock } from './clock.ts';
import { createConcurrencyLimiter, type ConcurrencyLimiter } from './concurrency-limiter.ts';
import { type TokenBucket, createTokenBucket } from './token-bucket.ts';

/** Concurrency and rate limits that all statements of a database share when they read. */
export interface SharedLimits {
  /** Requests to a table, or to an index as `table.index`. */
  limiter(place: string): ConcurrencyLimiter;
  /** The rate at which a place may be read. */
  bucket(place: string, unitsPerSecond: number): TokenBucket;
}

export function createSharedLimits(clock: Clock = monotonicClock): SharedLimits {
  const lanes = new Map<string, ConcurrencyLimiter>();
  const buckets = new Map<string, TokenBucket>();
  return {
    limiter: (place) => getOrCreate(lanes, place, createConcurrencyLimiter),
    bucket: (place, unitsPerSecond) =>
      getOrCreate(buckets, `${place} ${unitsPerSecond}`, () => createTokenBucket(unitsPerSecond, clock)),
  };
}

function getOrCreate<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
