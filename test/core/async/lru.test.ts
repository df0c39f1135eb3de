import { describe, expect, it } from '@jest/globals';
import { memoizeAsync } from '../../../src/core/async/lru.ts';

describe('remember', () => {
  it('makes a value once, and drops the one that was not asked for longest', async () => {
    const cache = new Map<string, Promise<string>>();
    const made: string[] = [];
    const dropped: string[] = [];
    const ask = (key: string): Promise<string> =>
      memoizeAsync(
        cache,
        key,
        { entries: 2 },
        () => {
          made.push(key);
          return Promise.resolve(key);
        },
        (value) => dropped.push(value),
      );
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await ask(key)).toBe(key);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    expect(dropped).toEqual(['b', 'c']);
  });

  it('keeps no more characters of keys than there is room for, but always the newest', async () => {
    const cache = new Map<string, Promise<number>>();
    const room = { entries: 10, characters: 6 };
    const kept = async (key: string): Promise<string[]> => {
      await memoizeAsync(cache, key, room, () => Promise.resolve(key.length));
      return [...cache.keys()];
    };
    expect(await kept('aa')).toEqual(['aa']);
    expect(await kept('bbb')).toEqual(['aa', 'bbb']);
    expect(await kept('cc')).toEqual(['bbb', 'cc']);
    expect(await kept('much too long')).toEqual(['much too long']);
    expect(await kept('d')).toEqual(['d']);
  });

  it('asks again after a failure', async () => {
    const cache = new Map<string, Promise<number>>();
    await expect(
      memoizeAsync(cache, 'k', { entries: 2 }, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(await memoizeAsync(cache, 'k', { entries: 2 }, () => Promise.resolve(1))).toBe(1);
  });
});
