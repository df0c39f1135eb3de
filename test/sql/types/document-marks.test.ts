import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addMarks,
  MARK,
  parseMark,
  stripMarks,
  stripTypes,
  toEngineNumber,
  toMarkedNumber,
} from '../../../src/sql/types/document-marks.ts';
import { normalizeJson, parseDocument, parseEngineDocument } from '../../../src/sql/types/json-text.ts';
import { toEngineJson, toPlainJson, toTypedJson } from '../../../src/sql/types/plain-document.ts';
import { sortNumbers, sortStrings } from '../../../src/sql/types/set-order.ts';
import type { AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { documentArb } from '../../support/documents.ts';

describe('numbers inside DuckDB', () => {
  it.each([
    ['5', '5'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', `"${MARK}N18446744073709551616"`],
    ['0.1', '0.1'],
    ['0.1234567890123456789', `"${MARK}N0.1234567890123456789"`],
    ['1E-8', `"${MARK}N0.00000001"`],
    ['1.10', '1.1'],
    ['-0', '0'],
  ])('%s is %s', (digits, json) => {
    expect(toEngineNumber(digits)).toBe(json);
  });

  it('keeps the zeros that a literal has at the end of its fraction', () => {
    expect(toMarkedNumber('1.10')).toBe(`"${MARK}N1.10"`);
    expect(toMarkedNumber('1e2')).toBe('100');
  });
});

describe('marks', () => {
  it("do not change a user's JSON on the way in and out", () => {
    const json = fc.json().map((text) => text.replaceAll(/"[a-m]/g, `"${MARK}`));
    fc.assert(
      fc.property(json, (text) => {
        expect(normalizeJson(addMarks(text))).toBe(normalizeJson(addMarks(stripMarks(addMarks(text)))));
        expect(parseEngineDocument(addMarks(text))).toEqual(parseDocument(text));
      }),
    );
  });

  it('mistake no text of a user for a marked string', () => {
    const text = `${MARK}N5`;
    const value: AttributeValue = { L: [{ S: text }, { SS: [text, `x${MARK}Bx`] }] };
    expect(parseEngineDocument(toEngineJson(value))).toEqual([text, [`x${MARK}Bx`, text]]);
    expect(parseEngineDocument(toTypedJson(value))).toEqual([text, [`x${MARK}Bx`, text]]);
    expect(parseMark(text)).toEqual({ kind: 'N', content: '5' });
  });

  it('of types are stripped to the document without types', () => {
    fc.assert(
      fc.property(documentArb, (value) => {
        expect(stripTypes(toTypedJson(value))).toBe(toEngineJson(value));
      }),
    );
  });

  it('are stripped to JSON with the digits that DynamoDB stores', () => {
    fc.assert(
      fc.property(documentArb, (value) => {
        expect(normalizeJson(toEngineJson(value))).toBe(
          normalizeJson(addMarks(toPlainJson(sortSets(value)))),
        );
      }),
    );
  });
});

/** Sets in the order that they have inside DuckDB. */
function sortSets(value: AttributeValue): AttributeValue {
  if ('SS' in value) return { SS: sortStrings(value.SS) };
  if ('BS' in value) return { BS: sortStrings(value.BS) };
  if ('NS' in value) return { NS: sortNumbers(value.NS) };
  if ('L' in value) return { L: value.L.map(sortSets) };
  if ('M' in value)
    return {
      M: Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, sortSets(member)])),
    };
  return value;
}
