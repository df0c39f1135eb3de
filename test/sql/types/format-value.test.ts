import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatFloat } from '../../../src/sql/types/text-format.ts';
import { normalizeJson } from '../../../src/sql/types/json-text.ts';
import { textFormatter } from '../../../src/sql/types/format-value.ts';
import type { Value } from '../../../src/sql/types/value.ts';

describe("PostgreSQL's text form", () => {
  it.each<[Value, string, string | null]>([
    [null, 'text', null],
    [true, 'boolean', 't'],
    [12, 'bigint', '12'],
    [1e15, 'double precision', '1e+15'],
    [-Infinity, 'double precision', '-Infinity'],
    [12n ** 30n, 'numeric', String(12n ** 30n)],
    ['01:02:03.500000', 'time without time zone', '01:02:03.5'],
    [new Date('2024-02-29T01:02:03.45Z'), 'timestamp without time zone', '2024-02-29 01:02:03.45'],
    [new Date('2024-02-29T00:00:00Z'), 'timestamp with time zone', '2024-02-29 00:00:00+00'],
    [new Date('-000043-03-15T00:00:00Z'), 'timestamp without time zone', '0044-03-15 00:00:00 BC'],
    [Uint8Array.of(0, 255), 'bytea', '\\x00ff'],
    [['a', null, 'b c', ''], 'text[]', '{a,NULL,"b c",""}'],
    [
      [
        [1, 2],
        [3, 4],
      ],
      'bigint[]',
      '{{1,2},{3,4}}',
    ],
    [{ b: 1, a: 'x' }, 'json', '{"b":1,"a":"x"}'],
    [{ bb: 1, c: [true] }, 'jsonb', '{"c": [true], "bb": 1}'],
  ])('%p as %s is %p', (value, type, text) => {
    expect(textFormatter(type)(value)).toBe(text);
  });

  it('prints doubles so that they are read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Number(formatFloat(value))).toBe(value);
      }),
    );
  });

  it('brings JSON into a form that stays, with the same meaning', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const normal = normalizeJson(JSON.stringify(value));
        expect(normalizeJson(normal)).toBe(normal);
        expect(JSON.parse(normal)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
