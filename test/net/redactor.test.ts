import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../../src/core/secret.ts';
import { createRedactor } from '../../src/net/redactor.ts';

const hexOf = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);

/** What servers make of a text that they give back. */
const ECHOES: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in an address': encodeURIComponent,
  'in an address, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in an address, in small letters': (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  'in a form': (text) => new URLSearchParams({ p: text }).toString().slice(2),
  'in HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'in HTML, twice': (text) => text.replaceAll('&', '&amp;amp;').replaceAll('<', '&amp;lt;'),
  'in HTML by numbers': (text) => Array.from(text, (one) => `&#${one.codePointAt(0)};`).join(''),
  'in XML by numbers': (text) => Array.from(text, (one) => `&#x0${hexOf(one)};`).join(''),
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON by numbers': (text) =>
    Array.from(
      { length: text.length },
      (_, at) => String.raw`\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
};

/** What people use, and what encodings change. */
const characters = fc.constantFrom(...Array.from('abcXYZ019 &<>"\'%+=;/\\#?$^*()[]{}|.-_~äß€学😀'));
const passwords = fc
  .array(characters, { minLength: 1, maxLength: 20 })
  .map((chosen) => chosen.join(''))
  .filter((text) => text.trim() === text && !/ {2}/.test(text) && !/[ß]/.test(text));

describe('an echoed secret is masked', () => {
  it.each(Object.entries(ECHOES))('%s', (_, echo) => {
    fc.assert(
      fc.property(passwords, (password) => {
        expect(createRedactor([new Secret(password)])(`“${echo(password)}”`)).toBe('“***”');
      }),
    );
  });

  it('in base64, at any offset in the encoded string', () => {
    fc.assert(
      fc.property(
        passwords,
        fc.string({ maxLength: 5 }),
        fc.string({ maxLength: 5 }),
        (password, before, after) => {
          fc.pre(Buffer.byteLength(password) >= 8);
          const encoded = Buffer.from(before + password + after).toString('base64');
          const left = createRedactor([new Secret(password)])(encoded).replace('***', '');
          // What is left are the neighbours, and the bits that share a character with them.
          const neighbours = Math.ceil((Buffer.byteLength(before + after) * 4) / 3);
          expect(left.replaceAll('=', '').length).toBeLessThanOrEqual(neighbours + 4);
        },
      ),
    );
  });

  it('in hexadecimal, and in URL-safe base64', () => {
    const hide = createRedactor([new Secret('CANARY>>?>~pass')]);
    expect(hide(Buffer.from('CANARY>>?>~pass').toString('hex'))).toBe('***');
    expect(hide(Buffer.from('CANARY>>?>~pass').toString('base64url'))).toBe('***');
  });

  it('with different white space', () => {
    expect(createRedactor([new Secret(' two  words ')])('(two \n words) (two\u00A0words)')).toBe(
      '(***) (***)',
    );
  });

  it('of several, the longest first', () => {
    expect(createRedactor([new Secret('pass'), new Secret('password')])('password pass')).toBe('*** ***');
  });
});

describe('other text is unchanged', () => {
  it('without a secret', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(createRedactor([new Secret('CANARY-secret')])(text)).toBe(text);
      }),
    );
  });

  it('with a blank secret', () => {
    expect(createRedactor([new Secret(''), new Secret(' ')])('a b')).toBe('a b');
  });

  it.each(['\\', '&amp;', '%25', ' ', '&#0', 'a', 'a ', '%', '+'])(
    'also of a megabyte of %j, and it does not take long',
    (piece) => {
      const text = piece.repeat((1 << 20) / piece.length);
      const secrets = ['a a a a b', String.raw`\\\\b`, '&&&&b', '%%%%b'].map((secret) => new Secret(secret));
      expect(createRedactor(secrets)(text)).toHaveLength(1 << 16);
    },
    5000,
  );
});
