import type { Clock } from '../../dynamo/transport/clock.ts';
import { tokenBucket } from '../../dynamo/transport/token-bucket.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';

/** Keeps writes to a rate. */
export interface WriteRateLimiter {
  /** Whether there is one. */
  readonly bounded: boolean;
  /** Waits until the rate allows a write that is expected to take so many units. */
  wait(units: number, signal: AbortSignal): Promise<void>;
}

/** `unitsPerSecond`: write capacity units; what writes took more than was expected of them is waited for later. */
export function createWriteRateLimiter(
  unitsPerSecond: number | undefined,
  stats: WriteStats,
  clock: Clock,
): WriteRateLimiter {
  if (unitsPerSecond === undefined) return { bounded: false, wait: () => Promise.resolve() };
  const bucket = tokenBucket(unitsPerSecond, clock);
  let counted = 0;
  return {
    bounded: true,
    async wait(units, signal) {
      const settle = await bucket.take(signal);
      const overdrawn = Math.max(0, totalWritten(stats) - counted);
      counted += units + overdrawn;
      settle(units + overdrawn);
    },
  };
}
