import { describe, expect, it } from '@jest/globals';
import { createKeyedQueue, runExclusive } from '../../../src/core/async/keyed-mutex.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('tickets of a keyed queue', () => {
  it('become ready in the order in which they were taken, for each key', async () => {
    const takeTicket = createKeyedQueue();
    const order: string[] = [];
    const work = async (name: string, waits: number): Promise<void> => {
      const ticket = takeTicket([name[0] ?? '']);
      await ticket.ready;
      for (let i = 0; i < waits; i += 1) await later();
      order.push(name);
      ticket.release();
    };
    await Promise.all([work('a1', 5), work('a2', 0), work('b1', 1), work('a3', 0)]);
    expect(order).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('wait for all earlier tickets with any of their keys', async () => {
    const takeTicket = createKeyedQueue();
    const [a, b] = [takeTicket(['a']), takeTicket(['b'])];
    const both = takeTicket(['a', 'b']);
    let isReady = false;
    void both.ready.then(() => (isReady = true));
    a.release();
    await later();
    expect(isReady).toBe(false);
    b.release();
    await later();
    expect(isReady).toBe(true);
  });
});

describe('runExclusive', () => {
  it('runs tasks with the same key one after another, and others meanwhile', async () => {
    const events: string[] = [];
    const task = (key: string, name: string) =>
      runExclusive(key, async () => {
        events.push(`${name} begins`);
        await later();
        events.push(`${name} ends`);
        return name;
      });
    expect(await Promise.all([task('k', 'one'), task('k', 'two'), task('other', 'three')])).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(events).toEqual([
      'one begins',
      'three begins',
      'one ends',
      'two begins',
      'three ends',
      'two ends',
    ]);
  });

  it('goes on after a task that failed', async () => {
    const failing = runExclusive('k', () => Promise.reject(new Error('no')));
    const next = runExclusive('k', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('done');
  });
});
