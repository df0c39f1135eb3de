import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReadOperation } from '../../../src/dynamo/transport/client.ts';
import { readEnvelope, type Page } from '../../../src/dynamo/lane/page.ts';

/** Strings and names that look like the envelope around them. */
const nasty = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  fc.constantFrom(
    'Items',
    'Item',
    'Responses',
    'LastEvaluatedKey',
    'ConsumedCapacity',
    '"Items":[',
    '],"Count":1}',
    '],',
    ']}',
    '}]',
    ',"ConsumedCapacity":{"',
    'x],"y',
    'a\\',
    '\u2028"\\]}',
    '__proto__',
    '😀]',
  ),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.record({ S: nasty }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64')) }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ SS: fc.uniqueArray(nasty, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(nasty, tie('value'), { maxKeys: 3 }) }),
  ),
}));
const item = fc.dictionary(nasty, value, { maxKeys: 4 });
const key = fc.dictionary(nasty, fc.record({ S: nasty }), { minKeys: 1, maxKeys: 2 });
const capacity = fc.record({
  TableName: fc.constant('T.a-b_c'),
  CapacityUnits: fc.constant(2.5),
  Table: fc.constant({ CapacityUnits: 0 }),
  GlobalSecondaryIndexes: fc.constant({ 'by]"name': { CapacityUnits: 2.5 } }),
});
const table = fc.constant('T.a-b_c');
const layout = fc.constantFrom(0, 0, 0, 1, 2, '\t');

/** Any object with its members in any order, written with or without white space. */
function written<T extends object>(members: fc.Arbitrary<T>): fc.Arbitrary<{ text: string; value: T }> {
  return fc.tuple(members, layout, fc.infiniteStream(fc.nat())).map(([value, space, order]) => {
    const shuffled = Object.entries(value)
      .map((entry) => ({ entry, at: order.next().value ?? 0 }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ entry }) => entry);
    return { text: JSON.stringify(Object.fromEntries(shuffled), undefined, space), value };
  });
}

function read(operation: ReadOperation, text: string): Page & { readonly parsed: unknown } {
  const page = readEnvelope(operation, Buffer.from(text));
  return { ...page, parsed: JSON.parse(page.items.toString()) };
}

describe('the envelope of a response', () => {
  it('of a Scan or Query is read as JSON.parse reads it', () => {
    const pages = fc.record(
      {
        Items: fc.array(item, { maxLength: 4 }),
        Count: fc.nat(9),
        ScannedCount: fc.nat(99),
        LastEvaluatedKey: key,
        ConsumedCapacity: capacity,
        Unknown: fc.oneof(fc.array(value, { maxLength: 2 }), value),
      },
      { requiredKeys: ['Items', 'Count', 'ScannedCount'] },
    );
    fc.assert(
      fc.property(written(pages), ({ text, value: { Items, Count, ScannedCount, LastEvaluatedKey } }) => {
        const page = read('Scan', text);
        expect(page.parsed).toEqual(Items);
        expect([page.count, page.scannedCount]).toEqual([Count, ScannedCount]);
        expect(page.lastKey).toEqual(LastEvaluatedKey);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a GetItem is read as JSON.parse reads it', () => {
    const pages = fc.record({ Item: item, ConsumedCapacity: capacity, Unknown: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(written(pages), ({ text, value: { Item } }) => {
        const page = read('GetItem', text);
        expect(page.parsed).toEqual(Item === undefined ? [] : [Item]);
        expect(page.count).toBe(Item === undefined ? 0 : 1);
      }),
      { numRuns: 1000 },
    );
  });

  it('of a BatchGetItem is read as JSON.parse reads it', () => {
    const pages = fc.record(
      {
        Responses: fc.dictionary(table, fc.array(item, { maxLength: 4 }), { maxKeys: 1 }),
        UnprocessedKeys: fc.dictionary(
          table,
          fc.record({ Keys: fc.array(key, { minLength: 1, maxLength: 3 }) }),
          { maxKeys: 1 },
        ),
        ConsumedCapacity: fc.array(capacity, { maxLength: 1 }),
      },
      { requiredKeys: ['Responses', 'UnprocessedKeys'] },
    );
    fc.assert(
      fc.property(written(pages), ({ text, value: { Responses, UnprocessedKeys } }) => {
        const page = read('BatchGetItem', text);
        expect(page.parsed).toEqual(Responses['T.a-b_c'] ?? []);
        expect(page.unprocessed).toEqual(UnprocessedKeys['T.a-b_c']?.Keys);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not copy or change the items', () => {
    const bytes = Buffer.from('{"Count":1,"Items":[{"n":{"N":"1E2"}}],"ScannedCount":1}');
    const { items } = readEnvelope('Scan', bytes);
    expect(items.toString()).toBe('[{"n":{"N":"1E2"}}]');
    expect(items.buffer).toBe(bytes.buffer);
  });

  it('has no items if only a count was requested', () => {
    const page = read('Query', '{"Count":7,"ScannedCount":9,"LastEvaluatedKey":{"pk":{"S":"x"}}}');
    expect([page.parsed, page.count, page.scannedCount, page.lastKey]).toEqual([
      [],
      7,
      9,
      { pk: { S: 'x' } },
    ]);
  });

  it('has the capacity by table and index, without those with no consumption', () => {
    const { consumed } = read(
      'Query',
      JSON.stringify({
        Items: [],
        Count: 0,
        ConsumedCapacity: {
          TableName: 'T',
          CapacityUnits: 3.5,
          Table: { CapacityUnits: 1 },
          LocalSecondaryIndexes: { l: { CapacityUnits: 2.5 } },
          GlobalSecondaryIndexes: { g: { CapacityUnits: 0 } },
        },
      }),
    );
    expect(consumed).toEqual([
      { table: 'T', units: 1 },
      { table: 'T', index: 'l', units: 2.5 },
    ]);
  });

  it('has no last key if that is null or empty', () => {
    expect(read('Scan', '{"Items":[],"Count":0,"LastEvaluatedKey":null}')).not.toHaveProperty('lastKey');
    expect(read('Scan', '{"Items":[],"Count":0,"LastEvaluatedKey":{}}')).not.toHaveProperty('lastKey');
  });

  it.each(['', '[]', 'null', '{"Items":[', '{"Items":5}', '<html>'])('is malformed when it is %j', (text) => {
    expect(() => read('Scan', text)).toThrow(expect.objectContaining({ code: 'DYNAMO_MALFORMED' }));
  });
});
