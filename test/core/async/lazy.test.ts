import { describe, expect, it } from '@jest/globals';
import { lazy } from '../../../src/core/async/lazy.ts';

describe('lazy', () => {
  it('loads nothing before it is asked, and then once', async () => {
    let loads = 0;
    const module = lazy(async () => (loads += 1));
    expect(loads).toBe(0);
    expect(await Promise.all([module(), module()])).toEqual([1, 1]);
    expect(await module()).toBe(1);
  });

  it('loads one after the other, in the order in which they were asked for', async () => {
    const events: string[] = [];
    const slow = lazy(async () => {
      events.push('slow begins');
      await new Promise((resolve) => setTimeout(resolve, 10));
      events.push('slow ends');
    });
    const quick = lazy(async () => events.push('quick'));
    await Promise.all([slow(), quick()]);
    expect(events).toEqual(['slow begins', 'slow ends', 'quick']);
  });

  it('is not held up by one that cannot be loaded', async () => {
    const broken = lazy(() => Promise.reject(new Error('no such file')));
    const works = lazy(async () => 'loaded');
    await Promise.all([
      expect(broken()).rejects.toThrow('no such file'),
      expect(works()).resolves.toBe('loaded'),
    ]);
  });
});
