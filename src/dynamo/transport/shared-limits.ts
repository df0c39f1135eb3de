import { type Clock, monotonicClock } from './clock.ts';
import { createConcurrencyLimiter, type ConcurrencyLimiter } from './concurrency-limiter.ts';
import { type TokenBucket, tokenBucket } from './token-bucket.ts';

/** What all statements of a connection share when they read. */
export interface SharedLimits {
  /** Read capacity units that statements have consumed so far. */
  consumed: number;
  /** Requests to a table, or to an index as `table.index`. */
  lane(place: string): ConcurrencyLimiter;
  /** The rate at which a place may be read. */
  bucket(place: string, unitsPerSecond: number): TokenBucket;
  /** True the first time that it is asked about the subject. */
  first(subject: string): boolean;
}

export function createSharedLimits(clock: Clock = monotonicClock): SharedLimits {
  const lanes = new Map<string, ConcurrencyLimiter>();
  const buckets = new Map<string, TokenBucket>();
  const told = new Set<string>();
  return {
    consumed: 0,
    lane: (place) => kept(lanes, place, createConcurrencyLimiter),
    bucket: (place, unitsPerSecond) =>
      kept(buckets, `${place} ${unitsPerSecond}`, () => tokenBucket(unitsPerSecond, clock)),
    first(subject) {
      if (told.has(subject)) return false;
      told.add(subject);
      return true;
    },
  };
}

function kept<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
