import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findStateToken } from '../../../src/saml/okta/page-state.ts';

/** The text as Okta's pages write it: all that is no letter or digit becomes `\xNN`. */
function escaped(text: string): string {
  return text.replaceAll(/[^\dA-Za-z]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

describe('the state token of a page', () => {
  it.each([
    [String.raw`var stateToken = '00a\x2Db\u002Dc';`, '00a-b-c'],
    ['{"stateToken":"00ab","other":1}', '00ab'],
    ["oktaData = { 'stateToken' : '00ab' }", '00ab'],
    ["stateToken\n  =\n  '00ab'", '00ab'],
    ["stateToken = ''; stateToken = 'second'", 'second'],
    ["if (stateToken) { go(); } stateToken = 'x'", 'x'],
  ])('is found in %s', (script, token) => {
    expect(findStateToken(['nothing', script])).toBe(token);
  });

  it.each(['', 'stateToken', 'stateToken = ', "stateToken = 'never closed", 'stateToken = other'])(
    'is not found in %s',
    (script) => {
      expect(findStateToken([script])).toBeUndefined();
    },
  );

  it('is unescaped', () => {
    const token = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(token, fc.string(), (text, before) => {
        fc.pre(!before.includes('stateToken'));
        expect(findStateToken([`${before};var stateToken = '${escaped(text)}';`])).toBe(text);
      }),
    );
  });

  it.each(['stateToken', 'stateToken="', "stateToken='\\", 'stateToken      ', '\\x', 'stateToken="\\u'])(
    'is looked for once a character in a megabyte of %s',
    (piece) => {
      const found = findStateToken([piece.repeat(Math.ceil(1_000_000 / piece.length))]) ?? '';
      expect(found.length).toBeLessThanOrEqual(4096);
    },
  );
});
