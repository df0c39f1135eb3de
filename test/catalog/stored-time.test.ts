import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMN_TYPES } from '../../src/catalog/schemas/column-types.ts';
import { DECLARED_TYPE_NAMES } from '../../src/catalog/declared-type.ts';
import { detectStoredTime, parseStoredTime, requireStoredTime } from '../../src/catalog/stored-time.ts';

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

const offset = fc.constantFrom('Z', '+00:00', '-00:00', '+02:00', '-05:30', '+0545', '-08', '+14:00');
const clock = fc.constantFrom(
  'HH:mm',
  'HH:mm:ss',
  ...[1, 2, 3, 4, 5, 6].map((n) => `HH:mm:ss.${'s'.repeat(n)}`),
);
const separator = fc.constantFrom('T', ' ');
const pattern = fc.oneof(
  fc.constant('YYYY-MM-DD'),
  fc.tuple(separator, clock).map(([between, time]) => `YYYY-MM-DD${between}${time}`),
  fc.tuple(separator, clock, offset).map(([between, time, zone]) => `YYYY-MM-DD${between}${time}${zone}`),
  fc.constantFrom('epoch seconds', 'epoch milliseconds', 'epoch microseconds'),
);
/** Two days from the ends, so that every offset is possible. */
const micros = fc
  .tuple(fc.integer({ min: FIRST + 172_800_000, max: LAST - 172_800_000 }), fc.integer({ min: 0, max: 999 }))
  .map(([millis, rest]) => BigInt(millis) * 1000n + BigInt(rest));

function floorTo(value: bigint, step: bigint): bigint {
  return value - (((value % step) + step) % step);
}

describe('The stored form of dates', () => {
  it('reads what it has written, and writes back what it has read', () => {
    fc.assert(
      fc.property(pattern, micros, (form, instant) => {
        const { read, write, step } = requireStoredTime(form);
        const kept = floorTo(instant, step);
        const stored = write(kept) ?? '';
        expect(read(stored)).toBe(kept);
        expect(write(read(stored) ?? 0n)).toBe(stored);
        expect(write(instant)).toBe(kept === instant ? stored : undefined);
      }),
    );
  });

  it('sorts as the instants do', () => {
    fc.assert(
      fc.property(pattern, micros, micros, (form, a, b) => {
        const { write, step, attribute } = requireStoredTime(form);
        const [first, second] = [floorTo(a, step), floorTo(b, step)];
        const [left, right] = [write(first) ?? '', write(second) ?? ''];
        const isBefore = attribute === 'N' ? Number(left) < Number(right) : left < right;
        expect(isBefore).toBe(first < second);
      }),
    );
  });

  it('reads as JavaScript does where JavaScript reads the format', () => {
    fc.assert(
      fc.property(fc.constantFrom('Z', '+02:00', '-05:30'), micros, (zone, instant) => {
        const { read, write } = requireStoredTime(`YYYY-MM-DDTHH:mm:ss.sss${zone}`);
        const stored = write(floorTo(instant, 1000n)) ?? '';
        expect(read(stored)).toBe(BigInt(Date.parse(stored)) * 1000n);
      }),
    );
  });

  it('is detected from any of its values', () => {
    fc.assert(
      fc.property(pattern, micros, (form, instant) => {
        const { write, step, attribute } = requireStoredTime(form);
        const detected = detectStoredTime(write(floorTo(instant, step)) ?? '');
        expect(detected).toBe(attribute === 'S' ? form : undefined);
      }),
    );
  });

  it.each([
    '2024-02-30T00:00:00Z',
    '2023-02-29',
    '2024-13-01',
    '2024-00-01',
    '2024-01-00',
    '0000-01-01',
    '2024-01-05T24:00:00Z',
    '2024-01-05T23:59:60Z',
    '2024-01-05T10:60:00Z',
    '2024-01-05T10:00:00.Z',
    '2024-01-05T10:00:00.1234567Z',
    '2024-01-05T10:00:00z',
    '2024-01-05t10:00:00Z',
    '2024-01-05T10Z',
    '2024-01-05Z',
    '2024-01-05T10:00:00+16:00',
    '2024-01-05T10:00:00+02:60',
    '+2024-01-05',
    '2024-1-5',
    '20240105',
    ' 2024-01-05',
    '2024-01-05 ',
    '2024-01-05\n',
    '2024-01-05T10:00:00Z\n',
    '٢٠٢٤-01-05',
    'not-a-date',
    '',
  ])('is not seen in %j', (text) => {
    expect(detectStoredTime(text)).toBeUndefined();
  });

  it.each(['YYYY-MM-DDZ', 'YYYY-MM-DDTHH', 'DD.MM.YYYY', 'epoch', 'YYYY-MM-DDTHH:mm:ss.sssssss', ''])(
    'is not described by %j',
    (text) => {
      expect(parseStoredTime(text)).toBeUndefined();
    },
  );

  it('ends with the years of four digits', () => {
    const { read, write, first, last } = requireStoredTime('YYYY-MM-DDTHH:mm:ssZ');
    expect(read('0001-01-01T00:00:00Z')).toBe(first);
    expect(write(first - 1_000_000n)).toBeUndefined();
    expect(read('9999-12-31T23:59:59Z')).toBe(last - 999_999n);
    expect(write(last + 1n)).toBeUndefined();
    expect(requireStoredTime('epoch seconds').read('253402300800')).toBeUndefined();
  });

  it('is what the JSON Schema of schema files accepts', () => {
    const schema = JSON.parse(readFileSync('docs/reference/schema-file.json', 'utf8'));
    const { stored } = schema.$defs.column.properties;
    const accepted = new RegExp(stored.pattern);
    fc.assert(fc.property(pattern, (form) => accepted.test(form)));
    expect(accepted.test('DD.MM.YYYY')).toBe(false);
    const types = new RegExp(schema.$defs.type.pattern);
    const names = [...COLUMN_TYPES, ...DECLARED_TYPE_NAMES, 'timestamptz', 'varchar(10)', 'numeric(10,2)'];
    const refused = names.filter((name) => !name.includes(' to ') && !types.test(name));
    expect(refused).toEqual([]);
  });
});
