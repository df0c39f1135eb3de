import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Histogram, mergeHistograms, newHistogram, observe } from '../../src/catalog/histogram.ts';
import { inferType, type NumberMode } from '../../src/catalog/infer.ts';
import type { SqlType } from '../../src/catalog/table-def.ts';
import type { AttributeType, AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { fits } from './fits.ts';
import { attributeValue } from './items.ts';
import { dynamoNumber } from './numbers.ts';

function seen(...values: readonly AttributeValue[]): Histogram {
  const histogram = newHistogram();
  for (const value of values) observe(histogram, value, { objects: false, arrays: 0 });
  return histogram;
}

function numbers(...texts: readonly string[]): Histogram {
  return seen(...texts.map((N) => ({ N })));
}

describe('inferType', () => {
  it.each<readonly [string, readonly AttributeValue[], SqlType]>([
    ['strings are text', [{ S: 'a' }, { S: '' }], { kind: 'text' }],
    ['booleans are boolean', [{ BOOL: false }], { kind: 'boolean' }],
    ['binary is a blob', [{ B: 'AA==' }], { kind: 'blob' }],
    ['maps are JSON', [{ M: {} }], { kind: 'json' }],
    ['lists are JSON', [{ L: [] }], { kind: 'json' }],
    ['sets are JSON', [{ NS: ['1'] }], { kind: 'json' }],
    ['a mixture is JSON', [{ S: '1' }, { N: '1' }], { kind: 'json' }],
    ['NULL beside values changes nothing', [{ NULL: true }, { BOOL: true }], { kind: 'boolean' }],
    ['NULL alone is text', [{ NULL: true }], { kind: 'text' }],
    ['nothing is text', [], { kind: 'text' }],
  ])('%s', (_, values, type) => {
    expect(inferType(seen(...values), 'Auto')).toEqual(type);
  });

  it.each<readonly [AttributeType, NumberMode, SqlType]>([
    ['S', 'Auto', { kind: 'text' }],
    ['B', 'Auto', { kind: 'blob' }],
    ['N', 'Auto', { kind: 'bigint' }],
    ['N', 'Decimal', { kind: 'decimal', scale: 0 }],
    ['N', 'Double', { kind: 'double' }],
    ['N', 'String', { kind: 'text' }],
  ])('a key declared as %s, in NumberMode %s, has a type before there are items', (declared, mode, type) => {
    expect(inferType(newHistogram(), mode, declared)).toEqual(type);
  });

  it.each<readonly [readonly string[], SqlType]>([
    [['1', '-9223372036854775808'], { kind: 'bigint' }],
    [['1', '9223372036854775808'], { kind: 'hugeint' }],
    [['99999999999999999999999999999999999999'], { kind: 'hugeint' }],
    [['1', '2.50', '3.25'], { kind: 'decimal', scale: 2 }],
    [['9223372036854775808', '0.5'], { kind: 'decimal', scale: 1 }],
    [['3.1415926535'], { kind: 'decimal', scale: 23 }],
    [['123456789012345678901234567890.12345678'], { kind: 'decimal', scale: 8 }],
    [['1E-100', '1E+100'], { kind: 'number' }],
    [['1E-100', '1.234567890123456'], { kind: 'number' }],
    [['2E+38'], { kind: 'number' }],
    [['12345678901234567890123456789012345678', '0.5'], { kind: 'number' }],
  ])('%j is held exactly by the narrowest type', (texts, type) => {
    expect(inferType(numbers(...texts), 'Auto')).toEqual(type);
  });

  it('uses DECIMAL also for integers with NumberMode=Decimal, and keeps all digits of what does not fit', () => {
    expect(inferType(numbers('7'), 'Decimal')).toEqual({ kind: 'decimal', scale: 0 });
    expect(inferType(numbers('1E+100'), 'Decimal')).toEqual({ kind: 'number' });
  });

  it('holds every value exactly', () => {
    const alike = fc.oneof(
      fc.array(dynamoNumber.map((N) => ({ N }))),
      fc.array(fc.oneof(attributeValue, fc.constant<AttributeValue>({ NULL: true })), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(alike, fc.constantFrom<NumberMode>('Auto', 'Decimal', 'String'), (values, mode) => {
        const type = inferType(seen(...values), mode);
        expect(values.filter((value) => !fits(type, value))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('infers the same type from merged halves', () => {
    fc.assert(
      fc.property(
        fc.array(attributeValue, { maxLength: 4 }),
        fc.array(attributeValue, { maxLength: 4 }),
        (a, b) => {
          const merged = mergeHistograms(seen(...a), seen(...b));
          expect(inferType(merged, 'Auto')).toEqual(inferType(seen(...a, ...b), 'Auto'));
        },
      ),
    );
  });
});
