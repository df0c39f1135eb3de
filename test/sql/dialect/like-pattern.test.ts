import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LikePiece, parseLikePattern } from '../../../src/sql/dialect/like-pattern.ts';

describe('a LIKE pattern', () => {
  it.each<[string, string, readonly LikePiece[] | undefined]>([
    ['a%', '\\', [{ text: 'a' }, { wildcard: '%' }]],
    [String.raw`a\_b_`, '\\', [{ text: 'a_b' }, { wildcard: '_' }]],
    [String.raw`\\%`, '\\', [{ text: '\\' }, { wildcard: '%' }]],
    ['a!%', '!', [{ text: 'a%' }]],
    [String.raw`a\%`, '', [{ text: 'a\\' }, { wildcard: '%' }]],
    ['', '\\', []],
    ['a\\', '\\', undefined],
    ['a%', 'xy', undefined],
  ])('parses %j with the escape %j', (pattern, escape, pieces) => {
    expect(parseLikePattern(pattern, escape)).toEqual(pieces);
  });

  it('returns any string that was escaped', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.constantFrom('\\', '!', '🐟', 'a'),
        (text, escape) => {
          const escaped = Array.from(text, (character) =>
            ['%', '_', escape].includes(character) ? escape + character : character,
          ).join('');
          expect(parseLikePattern(escaped, escape)).toEqual([{ text }]);
        },
      ),
    );
  });
});
