import type { Clock } from '../../dynamo/transport/clock.ts';
import { createTokenBucket } from '../../dynamo/transport/token-bucket.ts';
import { totalWritten, type WriteStats } from '../../dynamo/write/write-stats.ts';

/** Limits the rate of writes. */
export interface WriteRateLimiter {
  /** Whether there is a limit. */
  readonly bounded: boolean;
  /** Waits until the rate allows a write that is expected to consume `units`. */
  wait(units: number, signal: AbortSignal): Promise<void>;
}

/** `unitsPerSecond`: write capacity units. Consumption beyond the estimates delays later writes. */
export function createWriteRateLimiter(
  unitsPerSecond: number | undefined,
  stats: WriteStats,
  clock: Clock,
): WriteRateLimiter {
  if (unitsPerSecond === undefined) return { bounded: false, wait: () => Promise.resolve() };
  const bucket = createTokenBucket(unitsPerSecond, clock);
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
