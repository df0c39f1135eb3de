import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonCell, mayBeginJson, toCellText } from '../../../src/sql/types/json-cell.ts';

const STRINGS = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom('02134', '2134', '1e5', '-', ' 5', '5 ', 'true', 'null', '"a"', '[1]', '{', 'SW1A 1AA', ''),
);

describe('cells of JSON columns', () => {
  it('are strings without quotes, unless they would be read as something else', () => {
    expect(
      ['SW1A 1AA', '02134', '', 'n/a', ' 5', 'TRUE'].map((text) => toCellText(JSON.stringify(text))),
    ).toEqual(['SW1A 1AA', '02134', '', 'n/a', ' 5', 'TRUE']);
    expect(['2134', 'true', 'null', '"a"', '[]'].map((text) => toCellText(JSON.stringify(text)))).toEqual([
      '"2134"',
      '"true"',
      '"null"',
      '"\\"a\\""',
      '"[]"',
    ]);
  });

  it('are read as what was written', () => {
    fc.assert(
      fc.property(STRINGS, (text) => {
        const cell = toCellText(JSON.stringify(text));
        expect(isJsonCell(cell) ? JSON.parse(cell) : cell).toBe(text);
        expect(isJsonCell(text) && !mayBeginJson(Buffer.from(text)[0] ?? 0)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.boolean(), fc.array(fc.integer())), (value) => {
        const cell = toCellText(JSON.stringify(value));
        expect(isJsonCell(cell)).toBe(true);
        expect(JSON.parse(cell)).toEqual(value);
      }),
    );
  });
});
