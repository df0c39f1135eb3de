import { describe, expect, it } from '@jest/globals';
import { getRecent, memoizeAsync, setRecent } from '../../../src/core/async/lru.ts';

describe('memoizeAsync', () => {
  it('computes a value once, and evicts the least recently used one', async () => {
    const cache = new Map<string, Promise<string>>();
    const computed: string[] = [];
    const evicted: string[] = [];
    const ask = (key: string): Promise<string> =>
      memoizeAsync(
        cache,
        key,
        { entries: 2 },
        () => {
          computed.push(key);
          return Promise.resolve(key);
        },
        (value) => evicted.push(value),
      );
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await ask(key)).toBe(key);
    expect(computed).toEqual(['a', 'b', 'c', 'b']);
    expect(evicted).toEqual(['b', 'c']);
  });

  it('keeps the total length of the keys within the limit, but always the newest key', async () => {
    const cache = new Map<string, Promise<number>>();
    const limits = { entries: 10, characters: 6 };
    const kept = async (key: string): Promise<string[]> => {
      await memoizeAsync(cache, key, limits, () => Promise.resolve(key.length));
      return [...cache.keys()];
    };
    expect(await kept('aa')).toEqual(['aa']);
    expect(await kept('bbb')).toEqual(['aa', 'bbb']);
    expect(await kept('cc')).toEqual(['bbb', 'cc']);
    expect(await kept('much too long')).toEqual(['much too long']);
    expect(await kept('d')).toEqual(['d']);
  });

  it('computes again after a failure', async () => {
    const cache = new Map<string, Promise<number>>();
    await expect(
      memoizeAsync(cache, 'k', { entries: 2 }, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(await memoizeAsync(cache, 'k', { entries: 2 }, () => Promise.resolve(1))).toBe(1);
  });
});

describe('setRecent', () => {
  it('evicts the least recently used value beyond the limits', () => {
    const cache = new Map<string, number>();
    const evicted: number[] = [];
    const set = (key: string, value: number): void =>
      setRecent(cache, key, value, { entries: 2 }, (each) => evicted.push(each));
    set('a', 1);
    set('b', 2);
    expect(getRecent(cache, 'a')).toBe(1);
    set('c', 3);
    set('a', 4);
    expect([...cache]).toEqual([
      ['c', 3],
      ['a', 4],
    ]);
    expect(evicted).toEqual([2]);
    expect(getRecent(cache, 'b')).toBeUndefined();
  });
});
