import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ExactDecimal,
  formatExactNumber,
  parseExactNumber,
  trimScale,
} from '../../../src/sql/types/exact-number.ts';
import { decodeNumberKey, encodeNumberKey } from '../../../src/sql/types/number-key.ts';

/** Numbers of up to 38 digits anywhere between DynamoDB's smallest and largest. */
const wide = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: -125, max: 167 }))
  .map(([digits, scale]): ExactDecimal =>
    scale < 0 ? { unscaled: digits * 10n ** BigInt(-scale), scale: 0 } : { unscaled: digits, scale },
  );
const few = fc
  .tuple(fc.bigInt({ min: -30n, max: 30n }), fc.integer({ min: 0, max: 2 }))
  .map(([unscaled, scale]): ExactDecimal => ({ unscaled, scale }));

function compare(a: ExactDecimal, b: ExactDecimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [a, b].map((each) => each.unscaled * 10n ** BigInt(scale - each.scale));
  return left === right ? 0 : (left ?? 0n) < (right ?? 0n) ? -1 : 1;
}

function compareBytes(a: string, b: string): number {
  return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('keys of numbers', () => {
  it('are ordered as the numbers are', () => {
    fc.assert(
      fc.property(fc.oneof(wide, few), fc.oneof(wide, few), (a, b) => {
        expect(compareBytes(encodeNumberKey(a), encodeNumberKey(b))).toBe(compare(a, b));
      }),
      { numRuns: 1000 },
    );
  });

  it('turn back into the numbers, with the digits asked for', () => {
    fc.assert(
      fc.property(fc.oneof(wide, few), (value) => {
        expect(decodeNumberKey(encodeNumberKey(value))).toEqual(trimScale(value));
        expect(decodeNumberKey(encodeNumberKey(value), value.scale)).toEqual(value);
      }),
    );
  });

  it('put NaN after Infinity, and -Infinity first', () => {
    const texts = ['NaN', '-Infinity', '0', '-1E-130', '9.9E+125', 'Infinity', '-9.9E+125'];
    const keys = texts.map((text) => encodeNumberKey(parseExactNumber(text) ?? 'NaN')).toSorted(compareBytes);
    expect(keys.map((key) => formatExactNumber(decodeNumberKey(key)))).toEqual([
      '-Infinity',
      `-99${'0'.repeat(124)}`,
      `-0.${'0'.repeat(129)}1`,
      '0',
      `99${'0'.repeat(124)}`,
      'Infinity',
      'NaN',
    ]);
  });

  it('are the same for every notation of a number', () => {
    const keys = ['10', '10.00', '1E+1', '1e1', '+10', '0010.0'].map((text) =>
      encodeNumberKey(parseExactNumber(text) ?? 'NaN'),
    );
    expect(new Set(keys).size).toBe(1);
    expect(
      ['0', '-0', '0.000', '0E-10'].map((text) => encodeNumberKey(parseExactNumber(text) ?? 'NaN')),
    ).toEqual(['2', '2', '2', '2']);
  });
});
