import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createByteIndexer } from '../../../src/sql/parse/positions.ts';

describe('createByteIndexer', () => {
  it('maps each byte to the index of its character, for any number of lookups', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const indexes = Array.from(text).flatMap((character, at, all) =>
          Array<number>(Buffer.byteLength(character)).fill(all.slice(0, at).join('').length),
        );
        const toIndex = createByteIndexer(text);
        const bytes = [...indexes.keys(), indexes.length];
        const expected = [...indexes, text.length];
        expect(bytes.map(toIndex)).toEqual(expected);
        expect(bytes.map(toIndex)).toEqual(expected);
      }),
    );
  });
});
