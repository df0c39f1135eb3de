import { describe, expect, it } from '@jest/globals';
import { readPagesInParallel } from '../../../src/dynamo/read/parallel-pages.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

async function collect<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

async function* three(part: number): AsyncGenerator<number, void> {
  for (const page of [0, 1, 2]) {
    await settled();
    yield part * 10 + page;
  }
}

async function* never(_part: number, signal: AbortSignal): AsyncGenerator<number, void> {
  yield 1;
  await new Promise<void>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('no'))),
  );
}

describe('readPagesInParallel', () => {
  it('yields every page of every part once', async () => {
    const pages = await collect(readPagesInParallel([1, 2, 3, 4, 5], three, { workers: 3, buffered: 2 }));
    expect(pages.toSorted((a, b) => a - b)).toEqual(
      [1, 2, 3, 4, 5].flatMap((n) => [n * 10, n * 10 + 1, n * 10 + 2]),
    );
  });

  it('keeps the order with one worker', async () => {
    expect(await collect(readPagesInParallel([2, 1], three, { workers: 1, buffered: 4 }))).toEqual([
      20, 21, 22, 10, 11, 12,
    ]);
  });

  it('ends if there are no parts', async () => {
    expect(await collect(readPagesInParallel([], three, { workers: 2, buffered: 2 }))).toEqual([]);
  });

  it('reads parts concurrently, at most one for each worker', async () => {
    let now = 0;
    let most = 0;
    async function* watched(part: number): AsyncGenerator<number, void> {
      now += 1;
      most = Math.max(most, now);
      yield* three(part);
      now -= 1;
    }
    await collect(readPagesInParallel([1, 2, 3, 4, 5, 6, 7], watched, { workers: 3, buffered: 9 }));
    expect(most).toBe(3);
  });

  it('fetches at most the allowed number of pages ahead', async () => {
    let fetched = 0;
    async function* endless(): AsyncGenerator<number, void> {
      for (;;) {
        fetched += 1;
        await settled();
        yield fetched;
      }
    }
    const pages = readPagesInParallel([1, 2, 3], endless, { workers: 3, buffered: 5 });
    let taken = 0;
    for await (const page of pages) {
      taken += 1;
      expect(page).toBeLessThanOrEqual(fetched);
      for (let wait = 0; wait < 5; wait += 1) await settled();
      expect(fetched - taken).toBeLessThanOrEqual(5);
      if (taken === 3) break;
    }
    await settled();
    expect(fetched).toBeLessThanOrEqual(8);
  });

  it('aborts requests in flight when the loop is left', async () => {
    let stopped = 0;
    async function* waiting(part: number, signal: AbortSignal): AsyncGenerator<number, void> {
      yield part;
      await new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped += 1;
          reject(new Error('stopped'));
        });
      });
    }
    for await (const page of readPagesInParallel([1, 2, 3], waiting, { workers: 3, buffered: 9 })) {
      expect(page).toBe(1);
      await settled();
      break;
    }
    expect(stopped).toBe(3);
  });

  it('throws the first failure once, and stops the others', async () => {
    const reasons: unknown[] = [];
    async function* failing(part: number, signal: AbortSignal): AsyncGenerator<number, void> {
      if (part === 2) {
        await settled();
        throw new Error('the second');
      }
      await new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(new Error(`stopped ${part}`));
        });
      });
      yield part;
    }
    await expect(
      collect(readPagesInParallel([1, 2, 3], failing, { workers: 3, buffered: 9 })),
    ).rejects.toThrow('the second');
    expect(reasons).toEqual([expect.any(Error), expect.any(Error)]);
  });

  it('is cancelled by its signal, while it waits and between pages', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await expect(
      collect(readPagesInParallel([1], never, { workers: 1, buffered: 2, signal: stop.signal })),
    ).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });

    const between = new AbortController();
    const pages = readPagesInParallel([1], three, { workers: 1, buffered: 9, signal: between.signal });
    await pages.next();
    between.abort();
    await expect(pages.next()).rejects.toMatchObject({ code: 'EXEC_CANCELLED' });
  });
});
