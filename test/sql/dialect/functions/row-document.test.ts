import { describe, expect, it } from '@jest/globals';
import { formatRowDocument } from '../../../../src/sql/dialect/functions/row-document.ts';
import { addMark } from '../../../../src/sql/types/document-marks.ts';
import { encodeNumberKey } from '../../../../src/sql/types/number-key.ts';

describe('the document of a row', () => {
  it.each([
    ['{"n":1.500}', 'STRUCT(n DECIMAL(38,3))', '{"n":1.5}'],
    ['{"n":1.500}', 'STRUCT(n DECIMAL(5,3))', `{"n":${JSON.stringify(addMark('N', '1.500'))}}`],
    [
      '{"a b":"2024-01-02 03:04:05+00"}',
      'STRUCT("a b" TIMESTAMP WITH TIME ZONE)',
      '{"a b":"2024-01-02T03:04:05+00:00"}',
    ],
    ['[{"t":"2024-01-02 03:04:05"}]', 'STRUCT(t TIMESTAMP)[]', '[{"t":"2024-01-02T03:04:05"}]'],
    ['{"s":"2024-01-02 03:04:05"}', 'STRUCT(s VARCHAR)', '{"s":"2024-01-02 03:04:05"}'],
  ])('%s of %s', (json, type, expected) => {
    expect(formatRowDocument(json, type)).toBe(expected);
  });

  it('has numbers of any digits, and keeps marks', () => {
    const digits = { unscaled: 15n, scale: 1 };
    const json = JSON.stringify({ x: { n: encodeNumberKey(digits), d: 1 }, j: [addMark('s', 'a')] });
    const type = 'STRUCT(x STRUCT(n VARCHAR, d SMALLINT), j JSON)';
    expect(formatRowDocument(json, type)).toBe(`{"x":1.5,"j":[${JSON.stringify(addMark('s', 'a'))}]}`);
  });
});
