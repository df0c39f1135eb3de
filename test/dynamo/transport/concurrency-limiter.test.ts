import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createAbortController } from '../../../src/core/async/abort.ts';
import {
  createConcurrencyLimiter,
  type ConcurrencyLimiter,
  type Permit,
} from '../../../src/dynamo/transport/concurrency-limiter.ts';
import { thrownBy } from '../../support/thrown.ts';

const enterMany = (limiter: ConcurrencyLimiter, count: number): Promise<Permit[]> =>
  Promise.all(Array.from({ length: count }, () => limiter.acquire(undefined)));

/** How many requests the limiter lets through at once; they leave again, unanswered. */
async function widthOf(limiter: ConcurrencyLimiter): Promise<number> {
  const inside: Permit[] = [];
  const stop = createAbortController();
  const refused: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    refused.push(
      limiter.acquire(stop.signal).then(
        (permit) => inside.push(permit),
        () => undefined,
      ),
    );
  }
  await turn();
  const width = inside.length;
  stop.abort();
  await Promise.all(refused);
  for (const permit of inside) permit.release(false);
  return width;
}

describe('a limiter', () => {
  it('has no bounds until something is throttled', async () => {
    const limiter = createConcurrencyLimiter();
    expect(await widthOf(limiter)).toBe(40);
  });

  it('is halved by a throttle, once for all requests that were under way', async () => {
    const limiter = createConcurrencyLimiter();
    const inside = await enterMany(limiter, 16);
    for (const permit of inside) permit.throttled();
    for (const permit of inside) permit.release(true);
    // One of the sixteen answers that came after made room again.
    expect(await widthOf(limiter)).toBe(9);
  });

  it('is halved again by a later try of the same request, and never closed', async () => {
    const limiter = createConcurrencyLimiter();
    const inside = await enterMany(limiter, 8);
    for (let i = 0; i < 10; i++) inside[0]?.throttled();
    for (const permit of inside) permit.release(false);
    expect(await widthOf(limiter)).toBe(1);
  });

  it('grows by one with each round of answers', async () => {
    const limiter = createConcurrencyLimiter();
    const [first, ...others] = await enterMany(limiter, 4);
    first?.throttled();
    for (const permit of [first, ...others]) permit?.release(false);
    expect(await widthOf(limiter)).toBe(2);
    for (const answers of [2, 3, 4]) {
      for (let i = 0; i < answers; i++) (await limiter.acquire(undefined)).release(true);
      expect(await widthOf(limiter)).toBe(answers + 1);
    }
  });

  it('lets those who wait in by turns, and forgets who gave up', async () => {
    const limiter = createConcurrencyLimiter();
    const [first, second] = await enterMany(limiter, 2);
    first?.throttled();
    second?.release(false);
    const order: string[] = [];
    const left = new AbortController();
    const gone = thrownBy(() => limiter.acquire(left.signal));
    const next = limiter.acquire(undefined).then((permit) => {
      order.push('next');
      return permit;
    });
    const last = limiter.acquire(undefined).then(() => order.push('last'));
    left.abort();
    expect(await gone).toMatchObject({ code: 'EXEC_CANCELLED' });
    first?.release(false);
    (await next).release(false);
    await last;
    expect(order).toEqual(['next', 'last']);
  });
});
