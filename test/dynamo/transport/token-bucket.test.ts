import { describe, expect, it } from '@jest/globals';
import { createTokenBucket } from '../../../src/dynamo/transport/token-bucket.ts';
import { fakeClock } from '../../support/clock.ts';

/** Returns the units that concurrent readers consume in a minute. */
async function consumeForAMinute(
  rate: number,
  readers: number,
  nextUnits: (at: number) => number,
  responseMs: number,
): Promise<number> {
  const clock = fakeClock();
  const bucket = createTokenBucket(rate, clock);
  let consumed = 0;
  let requests = 0;
  const reader = async (): Promise<void> => {
    while (clock.now() < 60_000) {
      const settle = await bucket.take(undefined);
      if (clock.now() >= 60_000) return;
      const units = nextUnits(requests++);
      await clock.wait(responseMs, undefined);
      consumed += units;
      settle(units);
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  return consumed;
}

describe('a rate of read capacity', () => {
  it.each([
    ['one reader of even pages', 100, 1, () => 20, 10],
    ['many readers', 100, 16, () => 20, 10],
    ['slow answers', 100, 8, () => 25, 400],
    ['pages of all sizes', 50, 4, (at: number) => [0.5, 40, 3, 12, 0.5][at % 5] ?? 1, 30],
    ['a low rate', 5, 4, () => 1, 15],
    ['pages that are larger than a second allows', 10, 4, () => 25, 20],
  ])('is met within 10 % over a minute: %s', async (_, rate, readers, nextUnits, responseMs) => {
    const consumed = await consumeForAMinute(rate, readers, nextUnits, responseMs);
    expect(Math.abs(consumed / (rate * 60) - 1)).toBeLessThan(0.1);
  });

  it('does not delay readers that consume less', async () => {
    const clock = fakeClock();
    const bucket = createTokenBucket(100, clock);
    for (let i = 0; i < 50; i++) {
      const settle = await bucket.take(undefined);
      settle(0.5);
      clock.advance(100);
    }
    expect(clock.now()).toBe(5000);
  });

  it('allows bursts of at most one second', async () => {
    const clock = fakeClock();
    const bucket = createTokenBucket(10, clock);
    clock.advance(3_600_000);
    const begun = clock.now();
    let consumed = 0;
    while (clock.now() === begun) {
      const settle = await bucket.take(undefined);
      if (clock.now() > begun) break;
      settle(1);
      consumed += 1;
    }
    expect(consumed).toBeLessThanOrEqual(11);
  });
});
