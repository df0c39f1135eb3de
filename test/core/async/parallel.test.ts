import { describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../src/core/async/parallel.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work in parallel', () => {
  it('never exceeds the concurrency, and does all of it', async () => {
    let [now, most, done] = [0, 0, 0];
    await inParallel(
      Array.from({ length: 20 }, (_, i) => i),
      3,
      async () => {
        now += 1;
        most = Math.max(most, now);
        await later();
        now -= 1;
        done += 1;
      },
    );
    expect([most, done]).toEqual([3, 20]);
  });

  it('starts no further item after a failure, and waits for those that had started', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await later();
      if (item === 0) throw new Error('no');
      await later();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('no');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});
