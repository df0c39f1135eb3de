import type { Clock } from '../../src/dynamo/transport/clock.ts';

/** A clock that advances only in waits, which end immediately, the earliest first. */
export function fakeClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    sleepers.sort((a, b) => a.until - b.until);
    const next = sleepers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.until);
    next.wake();
  };
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
    wait: (ms) =>
      new Promise((wake) => {
        sleepers.push({ until: now + ms, wake });
        setImmediate(wakeNext);
      }),
  };
}
