import { describe, expect, it } from '@jest/globals';
import { createTurns, inTurns, mapSlices, MAX_HOLD_MS } from '../../../src/core/async/turns.ts';

describe('work in turns', () => {
  it('lets the event loop run once it has held it for long', async () => {
    let time = 0;
    const turns = createTurns(() => time);
    time += MAX_HOLD_MS - 1;
    expect(turns.isDue()).toBe(false);
    time += 1;
    expect(turns.isDue()).toBe(true);
    let ran = false;
    setImmediate(() => void (ran = true));
    await turns.take();
    expect([ran, turns.isDue()]).toEqual([true, false]);
    time += MAX_HOLD_MS;
    turns.restart();
    expect(turns.isDue()).toBe(false);
  });

  it('counts the time of the consumer, too', async () => {
    let time = 0;
    let ticks = 0;
    let isDone = false;
    const tick = (): void => {
      ticks += 1;
      if (!isDone) setImmediate(tick);
    };
    setImmediate(tick);
    let most = 0;
    let [last, since] = [0, 0];
    for await (const _ of inTurns(
      Array.from({ length: 100 }, (_, i) => i),
      createTurns(() => time),
    )) {
      since = ticks === last ? since + 1 : 1;
      last = ticks;
      most = Math.max(most, since);
      time += 3;
    }
    isDone = true;
    expect(most).toBeLessThanOrEqual(Math.ceil(MAX_HOLD_MS / 3) + 1);
  });

  it('maps every element, in order', () => {
    const all = Array.from({ length: 1000 }, (_, i) => i);
    expect([...mapSlices(all, (i) => i + 1)].flat()).toEqual(all.map((i) => i + 1));
    expect([...mapSlices([], String)]).toEqual([]);
  });
});
