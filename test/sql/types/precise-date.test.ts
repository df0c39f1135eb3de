import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPreciseDate, toDateMicros, toPreciseDate } from '../../../src/sql/types/precise-date.ts';

const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });

describe('A Date with microseconds', () => {
  it('is the Date of its milliseconds', () => {
    fc.assert(
      fc.property(micros, (value) => {
        const date = toPreciseDate(value);
        const rest = ((value % 1000n) + 1000n) % 1000n;
        expect(date).toEqual(new Date(Number((value - rest) / 1000n)));
        expect(toDateMicros(date)).toBe(value);
        expect(formatPreciseDate(date).slice(0, 23)).toBe(date.toISOString().slice(0, 23));
        expect(formatPreciseDate(date).slice(23)).toBe(
          rest === 0n ? 'Z' : `${String(rest).padStart(3, '0')}Z`,
        );
      }),
    );
  });

  it('forgets them when it is changed', () => {
    const date = toPreciseDate(1_700_000_000_123_456n);
    date.setUTCMinutes(0);
    expect(toDateMicros(date)).toBe(BigInt(date.getTime()) * 1000n);
    expect(formatPreciseDate(date)).toBe(date.toISOString());
  });
});
