import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareKeyValues,
  distinctKeys,
  keyIdentity,
  keyValueBytes,
  significantDigits,
} from '../../src/dynamo/key.ts';

describe('two keys', () => {
  it('are equal if their numbers are, in any notation', () => {
    const spellings = ['100', '1E2', '+1.00e2', '0100.0', '1000e-1'];
    expect(new Set(spellings.map((N) => keyIdentity({ id: { N } }))).size).toBe(1);
    expect(keyIdentity({ id: { N: '-0.0' } })).toBe(keyIdentity({ id: { N: '0' } }));
  });

  it('are equal in any order of attributes, and different for different types', () => {
    const one = { a: { S: 'x' }, b: { N: '1' } };
    expect(distinctKeys([one, { b: { N: '1.0' }, a: { S: 'x' } }])).toEqual([one]);
    expect(distinctKeys([{ a: { S: '1' } }, { a: { N: '1' } }])).toHaveLength(2);
  });
});

describe('the identities of two keys', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'S', '1', ':') });
  const keys = fc.dictionary(text, fc.record({ S: text }), { minKeys: 1, maxKeys: 3 });

  it('are equal if and only if the keys are', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const sorted = (key: typeof a): string =>
          JSON.stringify(Object.entries(key).toSorted(([x], [y]) => (x < y ? -1 : 1)));
        expect(keyIdentity(a) === keyIdentity(b)).toBe(sorted(a) === sorted(b));
      }),
    );
  });
});

describe('the order of key values', () => {
  it('is numeric for numbers', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(-999n, 999n), (a, b) => {
        const expected = a < b ? -1 : a > b ? 1 : 0;
        const order = compareKeyValues({ N: `${a}e-3` }, { N: `${b}.000e-3` });
        expect(Math.sign(order ?? NaN)).toBe(expected);
      }),
    );
  });

  it('is that of the UTF-8 bytes for strings, not of UTF-16', () => {
    expect(compareKeyValues({ S: '\uFFFD' }, { S: '😀' })).toBe(-1);
  });

  it('is that of unsigned bytes for binary values', () => {
    expect(compareKeyValues({ B: '/w==' }, { B: 'AA==' })).toBe(1);
  });

  it('is undefined between types', () => {
    expect(compareKeyValues({ S: '1' }, { N: '1' })).toBeUndefined();
  });
});

describe('the size of a key value', () => {
  it('is counted in bytes', () => {
    expect(keyValueBytes({ S: 'é' })).toBe(2);
    expect(keyValueBytes({ B: 'AQID' })).toBe(3);
    expect(keyValueBytes({ N: '12345' })).toBe(4);
  });

  it('of a number depends on its significant digits', () => {
    expect(significantDigits('0012300.4500e7')).toBe(7);
    expect(significantDigits('0.000')).toBe(0);
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.stringMatching(/^[1-9]([0-9]*[1-9])?$/),
        fc.nat(5),
        fc.nat(3),
        (a, digits, b, c) => {
          const number = `-${'0'.repeat(a)}${digits}${'0'.repeat(b)}.${'0'.repeat(c)}E-12`;
          expect(significantDigits(number)).toBe(digits.length);
        },
      ),
    );
  });
});
