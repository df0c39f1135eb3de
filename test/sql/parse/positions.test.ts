import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createByteIndexer } from '../../../src/sql/parse/positions.ts';

describe('the index of a byte', () => {
  it('is that of the character which the byte belongs to, however many are asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const indexes = Array.from(text).flatMap((character, at, all) =>
          Array<number>(Buffer.byteLength(character)).fill(all.slice(0, at).join('').length),
        );
        const find = createByteIndexer(text);
        const asked = [...indexes.keys(), indexes.length];
        const expected = [...indexes, text.length];
        expect(asked.map(find)).toEqual(expected);
        expect(asked.map(find)).toEqual(expected);
      }),
    );
  });
});
