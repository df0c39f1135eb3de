import type { Clock } from './clock.ts';

/** Keeps what is read of one table or index to a rate. */
export interface TokenBucket {
  /** Waits until the rate allows another request; the answer takes what that request turned out to consume. */
  take(signal: AbortSignal | undefined): Promise<(units: number) => void>;
}

/** What may be saved up while nothing is read, in seconds of the rate. */
const MAX_BURST_SECONDS = 1;
/** The least that a request consumes. */
const MIN_UNITS = 0.5;

/**
 * A bucket that may go into debt: what a request consumes is known only when it was answered. Until then it counts as
 * much as requests consumed lately, so that many at once do not all find the same units.
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
