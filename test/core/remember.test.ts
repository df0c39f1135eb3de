import { describe, expect, it } from '@jest/globals';
import { remember } from '../../src/core/remember.ts';

describe('remember', () => {
  it('makes a value once, and drops the one that was not asked for longest', async () => {
    const cache = new Map<string, Promise<string>>();
    const made: string[] = [];
    const dropped: string[] = [];
    const ask = (key: string): Promise<string> =>
      remember(
        cache,
        key,
        2,
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

  it('asks again after a failure', async () => {
    const cache = new Map<string, Promise<number>>();
    await expect(remember(cache, 'k', 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await remember(cache, 'k', 2, () => Promise.resolve(1))).toBe(1);
  });
});
