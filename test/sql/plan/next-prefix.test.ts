import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextPrefix } from '../../../src/sql/plan/key-values.ts';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('nextPrefix', () => {
  it('bounds exactly the strings with a prefix', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const after = nextPrefix(prefix);
        if (after === undefined) return prefix.endsWith('\u{10FFFF}');
        const isBetween = (value: string): boolean => order(value, prefix) >= 0 && order(value, after) < 0;
        return isBetween(prefix + other) && isBetween(other) === other.startsWith(prefix);
      }),
    );
  });

  it.each([
    ['ab', 'ac'],
    ['\u007F', '\u0080'],
    ['a\uFFFF', 'a\u{10000}'],
    ['\uD7FF', '\uE000'],
    ['', undefined],
    ['\u{10FFFF}', undefined],
  ])('%j: %j', (prefix, after) => {
    expect(nextPrefix(prefix)).toBe(after);
  });
});
