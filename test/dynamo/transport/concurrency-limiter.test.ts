import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createAbortController } from '../../../src/core/async/abort.ts';
import {
  createConcurrencyLimiter,
  type ConcurrencyLimiter,
  type Passage,
} from '../../../src/dynamo/transport/concurrency-limiter.ts';
import { thrownBy } from '../../support/thrown.ts';

const enterMany = (lane: ConcurrencyLimiter, count: number): Promise<Passage[]> =>
  Promise.all(Array.from({ length: count }, () => lane.enter(undefined)));

/** How many requests the lane lets through at once; they leave again, unanswered. */
async function widthOf(lane: ConcurrencyLimiter): Promise<number> {
  const inside: Passage[] = [];
  const stop = createAbortController();
  const refused: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    refused.push(
      lane.enter(stop.signal).then(
        (passage) => inside.push(passage),
        () => undefined,
      ),
    );
  }
  await turn();
  const width = inside.length;
  stop.abort();
  await Promise.all(refused);
  for (const passage of inside) passage.leave(false);
  return width;
}

describe('a lane', () => {
  it('has no bounds until something is throttled', async () => {
    const lane = createConcurrencyLimiter();
    expect(await widthOf(lane)).toBe(40);
  });

  it('is halved by a throttle, once for all requests that were under way', async () => {
    const lane = createConcurrencyLimiter();
    const inside = await enterMany(lane, 16);
    for (const passage of inside) passage.throttled();
    for (const passage of inside) passage.leave(true);
    // One of the sixteen answers that came after made room again.
    expect(await widthOf(lane)).toBe(9);
  });

  it('is halved again by a later try of the same request, and never closed', async () => {
    const lane = createConcurrencyLimiter();
    const inside = await enterMany(lane, 8);
    for (let i = 0; i < 10; i++) inside[0]?.throttled();
    for (const passage of inside) passage.leave(false);
    expect(await widthOf(lane)).toBe(1);
  });

  it('grows by one with each round of answers', async () => {
    const lane = createConcurrencyLimiter();
    const [first, ...others] = await enterMany(lane, 4);
    first?.throttled();
    for (const passage of [first, ...others]) passage?.leave(false);
    expect(await widthOf(lane)).toBe(2);
    for (const answers of [2, 3, 4]) {
      for (let i = 0; i < answers; i++) (await lane.enter(undefined)).leave(true);
      expect(await widthOf(lane)).toBe(answers + 1);
    }
  });

  it('lets those who wait in by turns, and forgets who gave up', async () => {
    const lane = createConcurrencyLimiter();
    const [first, second] = await enterMany(lane, 2);
    first?.throttled();
    second?.leave(false);
    const order: string[] = [];
    const left = new AbortController();
    const gone = thrownBy(() => lane.enter(left.signal));
    const next = lane.enter(undefined).then((passage) => {
      order.push('next');
      return passage;
    });
    const last = lane.enter(undefined).then(() => order.push('last'));
    left.abort();
    expect(await gone).toMatchObject({ code: 'EXEC_CANCELLED' });
    first?.leave(false);
    (await next).leave(false);
    await last;
    expect(order).toEqual(['next', 'last']);
  });
});
