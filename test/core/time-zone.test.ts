import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findOffset, resolveTimeZone, toInstant, toLocalTime } from '../../src/core/time-zone.ts';

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'Asia/Kolkata', 'US/Eastern', 'EST5EDT');
const instants = fc
  .integer({ min: Date.parse('1900-01-01T00:00:00Z'), max: Date.parse('2100-01-01T00:00:00Z') })
  .map((millis) => BigInt(millis) * 1000n);
const DAY = 86_400_000_000n;

function toMicros(text: string): bigint {
  return BigInt(Date.parse(`${text}Z`)) * 1000n;
}

describe('Time zones', () => {
  it('have the local times of Intl', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const format = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        });
        const shown = toMicros(format.format(new Date(Number(instant / 1000n))).replace(' ', 'T'));
        expect(toLocalTime(zone, instant) - shown).toBeLessThan(1_000_000n);
        expect(toLocalTime(zone, instant) - shown).toBeGreaterThanOrEqual(0n);
      }),
    );
  });

  it('find the instant of a local time again, except where the clocks are set back', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const local = toLocalTime(zone, instant);
        const found = toInstant(zone, local);
        expect(toLocalTime(zone, found)).toBe(local);
        const isNearChange = findOffset(zone, instant - DAY) !== findOffset(zone, instant + DAY);
        expect(found === instant || isNearChange).toBe(true);
        expect(found).toBeGreaterThanOrEqual(instant);
      }),
    );
  });

  // The instants are PostgreSQL's.
  it.each([
    ['Europe/Zurich', '2024-03-31T02:30:00', '2024-03-31T01:30:00'],
    ['Europe/Zurich', '2024-10-27T02:30:00', '2024-10-27T01:30:00'],
    ['America/New_York', '2024-03-10T02:30:00', '2024-03-10T07:30:00'],
    ['America/New_York', '2024-11-03T01:30:00', '2024-11-03T06:30:00'],
    ['Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T22:00:00'],
  ])('in %s, %s is %s', (zone, local, instant) => {
    expect(toInstant(zone, toMicros(local))).toBe(toMicros(instant));
  });

  it('have a name in any case', () => {
    fc.assert(
      fc.property(zones, fc.boolean(), (zone, isUpper) => {
        const found = resolveTimeZone(isUpper ? zone.toUpperCase() : zone.toLowerCase());
        expect(found === 'UTC' || found === zone).toBe(true);
      }),
    );
    expect(resolveTimeZone('Nowhere')).toBeUndefined();
  });
});
