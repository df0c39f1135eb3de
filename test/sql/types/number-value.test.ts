import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitsDouble, toNumberValue, expandExponent } from '../../../src/sql/types/number-value.ts';

const digits = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), fc.integer({ min: 0, max: 20 }))
  .map(([negative, significand, scale]) => {
    const text = String(significand).padStart(scale + 1, '0');
    const plain = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
    return negative && significand > 0n ? `-${plain}` : plain;
  });

/** Exact value as an integer of 10^-40ths. */
function exactly(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const value = BigInt(whole + fraction) * 10n ** BigInt(40 - fraction.length + Number(exponent));
  return mantissa.startsWith('-') ? -value : value;
}

describe('numberValue', () => {
  it.each([
    ['5', 5],
    ['1.10', 1.1],
    ['-0.5', -0.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['1E+2', 100],
    ['1.5e3', 1500],
    ['100000000000000000000', 100000000000000000000n],
    ['0.12345678901234567890123', '0.12345678901234567890123'],
    ['1234567890123456789.5', '1234567890123456789.5'],
    ['1E-130', 1e-130],
    ['0', 0],
  ])('%s becomes %p', (text, expected) => {
    expect(toNumberValue(text)).toBe(expected);
  });

  it('never changes the number, whatever type it chooses', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const value = toNumberValue(text);
        expect(exactly(String(value))).toBe(exactly(text));
        expect(typeof value === 'bigint' && Number.isSafeInteger(Number(value))).toBe(false);
      }),
    );
  });
});

describe('fitsDouble', () => {
  it('holds exactly where the double prints back to the same number', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const printed = String(Number(text));
        expect(fitsDouble(text)).toBe(exactly(printed) === exactly(text));
      }),
    );
  });
});

describe('plainDigits', () => {
  it.each([
    ['1.5E+3', '1500'],
    ['1E-3', '0.001'],
    ['-12E-1', '-1.2'],
    ['7', '7'],
  ])('%s is %s', (text, expected) => {
    expect(expandExponent(text)).toBe(expected);
  });

  it('names the same number without an exponent', () => {
    fc.assert(
      fc.property(digits, fc.integer({ min: -20, max: 20 }), (text, power) => {
        const written = `${text}E${power >= 0 ? '+' : ''}${power}`;
        const plain = expandExponent(written);
        expect(plain).not.toMatch(/e/i);
        expect(exactly(plain)).toBe(exactly(written));
      }),
    );
  });
});
