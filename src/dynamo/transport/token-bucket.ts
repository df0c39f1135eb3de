import type { Clock } from './clock.ts';

/** Limits the consumption of a table or index to a rate. */
export interface TokenBucket {
  /** Waits until the rate allows another request; call the result with the units that the request consumed. */
  take(signal: AbortSignal | undefined): Promise<(units: number) => void>;
}

/** The capacity of the bucket, in seconds of the rate. */
const MAX_BURST_SECONDS = 1;
/** The minimum consumption of a request. */
const MIN_UNITS = 0.5;

/**
 * A token bucket whose level may be negative, because the consumption of a request is known only from its response. Until then the
 * typical consumption is reserved, so that concurrent requests do not take the same units.
 */
export function createTokenBucket(unitsPerSecond: number, clock: Clock): TokenBucket {
  let level = 0;
  let filledAt = clock.now();
  let typicalUnits = MIN_UNITS;
  const computeDebt = (): number => {
    const now = clock.now();
    const seconds = Math.max(0, now - filledAt) / 1000;
    level = Math.min(unitsPerSecond * MAX_BURST_SECONDS, level + seconds * unitsPerSecond);
    filledAt = now;
    return -level;
  };
  return {
    async take(signal) {
      for (let debt = computeDebt(); debt > 0; debt = computeDebt())
        await clock.wait(Math.max(1, Math.ceil((debt / unitsPerSecond) * 1000)), signal);
      const reserved = typicalUnits;
      level -= reserved;
      return (units) => {
        level += reserved - units;
        if (units > 0) typicalUnits = (typicalUnits + units) / 2;
      };
    },
  };
}
