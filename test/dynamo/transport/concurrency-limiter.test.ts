import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createAbortController } from '../../../src/core/async/abort.ts';
import {
  createConcurrencyLimiter,
  type ConcurrencyLimiter,
  type Permit,
} from '../../../src/dynamo/transport/concurrency-limiter.ts';
import { thrownBy } from '../../support/thrown.ts';

const acquireMany = (limiter: ConcurrencyLimiter, count: number): Promise<Permit[]> =>
  Promise.all(Array.from({ length: count }, () => limiter.acquire(undefined)));

/** The number of requests that the limiter admits at once; they are released as failed. */
async function measureLimit(limiter: ConcurrencyLimiter): Promise<number> {
  const admitted: Permit[] = [];
  const stop = createAbortController();
  const refused: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    refused.push(
      limiter.acquire(stop.signal).then(
        (permit) => admitted.push(permit),
        () => undefined,
      ),
    );
  }
  await turn();
  const limit = admitted.length;
  stop.abort();
  await Promise.all(refused);
  for (const permit of admitted) permit.release(false);
  return limit;
}

describe('a limiter', () => {
  it('does not limit concurrency before the first throttling', async () => {
    const limiter = createConcurrencyLimiter();
    expect(await measureLimit(limiter)).toBe(40);
  });

  it('is halved by throttling, once for all requests in flight', async () => {
    const limiter = createConcurrencyLimiter();
    const admitted = await acquireMany(limiter, 16);
    for (const permit of admitted) permit.throttled();
    for (const permit of admitted) permit.release(true);
    // One of the sixteen responses that came after made room again.
    expect(await measureLimit(limiter)).toBe(9);
  });

  it('is halved again by a later attempt of the same request, and never reaches 0', async () => {
    const limiter = createConcurrencyLimiter();
    const admitted = await acquireMany(limiter, 8);
    for (let i = 0; i < 10; i++) admitted[0]?.throttled();
    for (const permit of admitted) permit.release(false);
    expect(await measureLimit(limiter)).toBe(1);
  });

  it('grows by one with each round of responses', async () => {
    const limiter = createConcurrencyLimiter();
    const [first, ...others] = await acquireMany(limiter, 4);
    first?.throttled();
    for (const permit of [first, ...others]) permit?.release(false);
    expect(await measureLimit(limiter)).toBe(2);
    for (const responses of [2, 3, 4]) {
      for (let i = 0; i < responses; i++) (await limiter.acquire(undefined)).release(true);
      expect(await measureLimit(limiter)).toBe(responses + 1);
    }
  });

  it('admits waiting requests in order, and drops cancelled ones', async () => {
    const limiter = createConcurrencyLimiter();
    const [first, second] = await acquireMany(limiter, 2);
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
