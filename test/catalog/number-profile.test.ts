import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeProfiles, NO_NUMBERS, profileNumber } from '../../src/catalog/number-profile.ts';
import { dynamoNumber, fractionOf } from './numbers.ts';

describe('profileOf', () => {
  it.each([
    ['0', { integerDigits: 0, scale: 0, significantDigits: 0 }],
    ['-0.00', { integerDigits: 0, scale: 0, significantDigits: 0 }],
    ['1200', { integerDigits: 4, scale: 0, significantDigits: 2 }],
    ['-12.50', { integerDigits: 2, scale: 1, significantDigits: 3 }],
    ['0.00012', { integerDigits: 0, scale: 5, significantDigits: 2 }],
    ['1E+30', { integerDigits: 31, scale: 0, significantDigits: 1 }],
    ['1.5e3', { integerDigits: 4, scale: 0, significantDigits: 2 }],
    ['25E-130', { integerDigits: 0, scale: 130, significantDigits: 2 }],
  ])('counts the digits of %s', (number, digits) => {
    expect(profileNumber(number)).toMatchObject(digits);
  });

  it.each([
    ['9223372036854775807', true, true],
    ['9223372036854775808', false, true],
    ['-9223372036854775808', true, true],
    ['-9223372036854775809', false, true],
    ['170141183460469231731687303715884105727', false, true],
    ['170141183460469231731687303715884105728', false, false],
    ['-170141183460469231731687303715884105728', false, true],
    ['9.9E+125', false, false],
  ])('knows which integers %s fits', (number, inInt64, inInt128) => {
    expect(profileNumber(number)).toMatchObject({ inInt64, inInt128 });
  });

  it('refuses values that are not numbers', () => {
    expect(() => profileNumber('NaN')).toThrow(expect.objectContaining({ code: 'DYNAMO_MALFORMED' }));
  });

  it('counts exactly the digits of the number', () => {
    fc.assert(
      fc.property(dynamoNumber, (number) => {
        const { integerDigits, scale, inInt64 } = profileNumber(number);
        const { numerator, denominator } = fractionOf(number);
        const size = numerator < 0n ? -numerator : numerator;
        const holds = (places: number): boolean => (numerator * 10n ** BigInt(places)) % denominator === 0n;
        expect(holds(scale)).toBe(true);
        expect(scale > 0 && holds(scale - 1)).toBe(false);
        expect(size < 10n ** BigInt(integerDigits) * denominator).toBe(true);
        expect(integerDigits === 0 || size >= 10n ** BigInt(integerDigits - 1) * denominator).toBe(true);
        expect(inInt64).toBe(BigInt.asIntN(64, numerator / denominator) === numerator / denominator);
      }),
    );
  });
});

describe('mergeProfiles', () => {
  it('does not depend on order, and the empty profile changes nothing', () => {
    fc.assert(
      fc.property(dynamoNumber, dynamoNumber, (a, b) => {
        expect(mergeProfiles(profileNumber(a), profileNumber(b))).toEqual(
          mergeProfiles(profileNumber(b), profileNumber(a)),
        );
        expect(mergeProfiles(profileNumber(a), NO_NUMBERS)).toEqual(profileNumber(a));
      }),
    );
  });
});
