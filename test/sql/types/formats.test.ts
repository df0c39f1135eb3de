import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeBinary,
  encodeBinary,
  textFormatter,
  parseValue,
} from '../../../src/sql/types/format-value.ts';
import { describeType, isDocumentType } from '../../../src/sql/types/types.ts';
import { readValues } from './recorded.ts';

const recorded = readValues();

describe("PostgreSQL's formats of values", () => {
  it('are recorded for every type that has a binary format', () => {
    const types = new Set(recorded.map(({ type }) => type));
    expect(
      [...types].filter((type) => !type.endsWith('[]') && describeType(type).binary === undefined),
    ).toEqual([]);
    expect(recorded.length).toBeGreaterThan(110);
  });

  it.each(recorded)('encodes $text as $type', ({ type, text, binary }) => {
    expect(encodeBinary(text, type).toString('hex')).toBe(binary);
  });

  it.each(recorded)('decodes $text of $type', ({ type, text, binary }) => {
    expect(decodeBinary(Buffer.from(binary, 'hex'), type)).toBe(text);
  });

  // As values documents have no blanks, and numbers no zeros at the end.
  it.each(recorded.filter(({ type }) => !isDocumentType(type) && !type.startsWith('numeric')))(
    'reads $input as $type',
    ({ type, input, text }) => {
      expect(textFormatter(type)(parseValue(input, type))).toBe(text);
    },
  );

  it.each([
    ['numeric', '1.10', 1.1],
    ['numeric', '12345678901234567890.1234567890', '12345678901234567890.123456789'],
    ['numeric', '100000000000000000000', 100000000000000000000n],
    ['numeric[]', '{1.10,NULL}', [1.1, null]],
    ['jsonb', '{"a":[1,2.50]}', { a: [1, 2.5] }],
  ])('reads for %s %s as %p', (type, text, value) => {
    expect(parseValue(text, type)).toEqual(value);
  });

  it('prints a numeric without an exponent', () => {
    expect([1e21, 1.5e-7, '1E+3', 12n].map((value) => textFormatter('numeric')(value))).toEqual([
      '1000000000000000000000',
      '0.00000015',
      '1000',
      '12',
    ]);
  });

  it.each([
    ['boolean', 'maybe', 'SQL_BAD_VALUE'],
    ['boolean', 'o', 'SQL_BAD_VALUE'],
    ['integer', '1.5', 'SQL_BAD_VALUE'],
    ['integer', '2147483648', 'SQL_NUMERIC_RANGE'],
    ['smallint', '-32769', 'SQL_NUMERIC_RANGE'],
    ['oid', '-1', 'SQL_NUMERIC_RANGE'],
    ['numeric', '1,5', 'SQL_BAD_VALUE'],
    ['double precision', 'abc', 'SQL_BAD_VALUE'],
    ['bytea', '\\x0', 'SQL_BAD_ARGUMENT'],
    ['bytea', 'a\\9', 'SQL_BAD_VALUE'],
    ['uuid', 'a0eebc99', 'SQL_BAD_VALUE'],
    ['json', '{', 'SQL_BAD_VALUE'],
    ['date', '2024-02-30', 'SQL_DATETIME_RANGE'],
    ['date', 'yesterdays', 'SQL_BAD_DATETIME'],
    ['timestamp without time zone', '2024-02-29 25:00', 'SQL_DATETIME_RANGE'],
    ['interval', '3 parsecs', 'SQL_BAD_DATETIME'],
    ['text', 'a\0b', 'SQL_BAD_VALUE'],
    ['bigint[]', '{1,2', 'SQL_BAD_VALUE'],
    ['bigint[]', '{1}x', 'SQL_BAD_VALUE'],
  ])('refuses for %s the string %j', (type, text, code) => {
    expect(() => parseValue(text, type)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['integer', '00'],
    ['boolean', ''],
    ['numeric', '000100000000'],
    ['uuid', '00'],
    ['timestamp with time zone', '00'],
    ['jsonb', '027b7d'],
    ['text', 'ff'],
    ['bit varying', '00000009ff'],
    ['bigint[]', '7fffffff'],
    ['bigint[]', '00000001000000000000001400ffffff00000001'],
  ])('refuses for %s the bytes %s', (type, hex) => {
    expect(() => decodeBinary(Buffer.from(hex, 'hex'), type)).toThrow(
      expect.objectContaining({ sqlState: '22P02' }),
    );
  });

  it('keeps every digit of a numeric', () => {
    const digits = fc
      .tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer({ min: 0, max: 40 }))
      .map(([value, scale]) => {
        const size = String(value < 0n ? -value : value).padStart(scale + 1, '0');
        const text = scale === 0 ? size : `${size.slice(0, -scale)}.${size.slice(-scale)}`;
        return value < 0n ? `-${text}` : text;
      });
    fc.assert(
      fc.property(digits, (text) => {
        expect(decodeBinary(encodeBinary(text, 'numeric'), 'numeric')).toBe(text);
      }),
    );
  });

  it('keeps every microsecond of a timestamp, in each of its years', () => {
    const micros = fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_223_371_331_200_000_000n - 1n });
    fc.assert(
      fc.property(micros, (value) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64BE(value);
        const type = 'timestamp with time zone';
        expect(encodeBinary(decodeBinary(bytes, type), type)).toEqual(bytes);
      }),
    );
  });

  it('reads arrays of any strings back', () => {
    const element = fc.option(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')));
    fc.assert(
      fc.property(fc.array(element), (items) => {
        const text = textFormatter('text[]')(items) ?? '';
        expect(parseValue(text, 'text[]')).toEqual(items);
        expect(decodeBinary(encodeBinary(text, 'text[]'), 'text[]')).toBe(text);
      }),
    );
  });
});
