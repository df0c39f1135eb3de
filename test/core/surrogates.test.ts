import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findLoneSurrogate, hasLoneSurrogate } from '../../src/core/surrogates.ts';

describe('half of a surrogate pair', () => {
  it('is found where UTF-8 would lose it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
        const survives = Buffer.from(text).toString() === text;
        expect(hasLoneSurrogate(text)).toBe(!survives);
        expect(findLoneSurrogate(text) === undefined).toBe(survives);
      }),
      { numRuns: 2000 },
    );
  });

  it('is found at its own position', () => {
    expect(findLoneSurrogate('a🐟\ud83db')).toBe(3);
  });
});
