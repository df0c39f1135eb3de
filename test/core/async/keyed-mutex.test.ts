import { describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../src/core/async/parallel.ts';
import { createKeyedQueue } from '../../../src/core/async/keyed-queue.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('come in the order in which they were taken, for each name', async () => {
    const takeTurn = createKeyedQueue();
    const order: string[] = [];
    const work = async (name: string, waits: number): Promise<void> => {
      const turn = takeTurn([name[0] ?? '']);
      await turn.ready;
      for (let i = 0; i < waits; i += 1) await later();
      order.push(name);
      turn.release();
    };
    await Promise.all([work('a1', 5), work('a2', 0), work('b1', 1), work('a3', 0)]);
    expect(order).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('wait for everybody before them with any of their names', async () => {
    const takeTurn = createKeyedQueue();
    const [a, b] = [takeTurn(['a']), takeTurn(['b'])];
    const both = takeTurn(['a', 'b']);
    let came = false;
    void both.ready.then(() => (came = true));
    a.release();
    await later();
    expect(came).toBe(false);
    b.release();
    await later();
    expect(came).toBe(true);
  });
});

describe('work in parallel', () => {
  it('is so many at once, and all of it', async () => {
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

  it('begins no more after a failure, and waits for what had begun', async () => {
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
