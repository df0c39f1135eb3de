import { describe, expect, it } from '@jest/globals';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { itemBytes, valueBytes } from '../../../src/dynamo/item-size.ts';
import {
  type BuiltWrite,
  buildTransactionRequest,
  buildWriteRequest,
} from '../../../src/dynamo/write/item-write.ts';
import { lintWrite } from '../../../src/dynamo/lint/lint-writes.ts';

const KEYS = new Map([
  ['tab', { partition: [{ name: 'id', type: 'S' as const }], sort: [{ name: 'at', type: 'N' as const }] }],
]);
const key = { id: { S: 'a' }, at: { N: '1' } };
const put = (more: AttributeMap): BuiltWrite =>
  buildWriteRequest({ kind: 'put', table: 'tab', item: { ...key, ...more }, conditions: [] }, 'NONE');
const told = (built: BuiltWrite): readonly string[] => lintWrite(built, KEYS).map(({ message }) => message);

function nested(depth: number): AttributeValue {
  return depth === 0 ? { NULL: true } : { L: [nested(depth - 1)] };
}

describe('a put', () => {
  it.each<[AttributeMap, string | undefined]>([
    [{}, undefined],
    [{ n: { N: '9'.repeat(38) } }, undefined],
    [{ n: { N: '9'.repeat(39) } }, 'n: 39 significant digits in a number, where DynamoDB takes 38'],
    [{ n: { N: '9.99e125' } }, undefined],
    [{ n: { N: '1e126' } }, 'n: 1e126 is beyond 9.99E+125 or below 1E-130'],
    [{ n: { N: '1e-130' } }, undefined],
    [{ n: { N: '1e-131' } }, 'n: 1e-131 is beyond 9.99E+125 or below 1E-130'],
    [{ n: { N: 'NaN' } }, 'n: "NaN" is no number'],
    [{ s: { SS: [] } }, 's is an empty set'],
    [{ s: { SS: ['a', 'a'] } }, 's is a set that holds a value twice'],
    [{ s: { NS: ['1', '1.0'] } }, 's is a set that holds a value twice'],
    [{ d: nested(31) }, undefined],
    [{ d: nested(32) }, 'd: 33 levels of nesting, where DynamoDB takes 32'],
    [{ '': { S: 'x' } }, 'an attribute has no name'],
    [{ id: { S: '' } }, 'the key attribute id has an empty value'],
    [{ id: { N: '1' } }, 'the key attribute id must be of type S'],
    [{ id: { S: 'x'.repeat(2048) } }, undefined],
    [{ id: { S: 'x'.repeat(2049) } }, 'id: 2049 bytes in a partition key value, where DynamoDB takes 2048'],
    [{ x: { S: 'x'.repeat(400 * 1024 - 7) } }, 'the item: 409601 bytes, where DynamoDB takes 409600'],
  ])('%#: is told what DynamoDB would refuse', (more, message) => {
    const found = told(put(more));
    expect(found).toEqual(message === undefined ? [] : [message]);
  });
});

describe('an update', () => {
  it('is not larger than an expression may be', () => {
    const built = buildWriteRequest(
      {
        kind: 'update',
        table: 'tab',
        key,
        actions: [],
        conditions: Array.from({ length: 400 }, (_, i) => ({
          kind: 'unchanged',
          path: [`a${i}`],
          value: { N: '1' },
        })),
      },
      'NONE',
    );
    expect(told(built).join('; ')).toMatch(
      /ConditionExpression: \d+ bytes in an expression, where DynamoDB takes 4096/,
    );
  });

  it('names the whole key and nothing else', () => {
    const update = (own: typeof key | object) =>
      told({ operation: 'UpdateItem', input: { TableName: 'tab', Key: own } });
    expect(update(key)).toEqual([]);
    expect(update({ id: { S: 'a' } })).toContain('the key attribute at is missing');
    expect(update({ ...key, more: { S: 'x' } })).toEqual(['the key has id, at, more']);
  });
});

const writes = (count: number, id = (i: number) => `k${i}`) =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'put' as const,
    table: 'tab',
    item: { id: { S: id(i) }, at: { N: '1' } },
    conditions: [],
  }));

describe('a transaction', () => {
  it('has up to 100 writes, of different items', () => {
    expect(told(buildTransactionRequest(writes(100), 't'))).toEqual([]);
    expect(told(buildTransactionRequest(writes(101), 't'))).toEqual([
      'the request: 101 writes in a transaction, where DynamoDB takes 100',
    ]);
    expect(
      told(
        buildTransactionRequest(
          writes(2, () => 'same'),
          't',
        ),
      ),
    ).toEqual(['two writes of the request are of one item of tab']);
    expect(told(buildTransactionRequest([], 't'))).toEqual(['the request has no writes']);
  });
});

describe('the size of an item', () => {
  it.each<[AttributeValue, number]>([
    [{ S: 'é' }, 2],
    [{ N: '27' }, 2],
    [{ N: '-27' }, 3],
    [{ N: '461' }, 3],
    [{ B: 'AAE=' }, 2],
    [{ BOOL: true }, 1],
    [{ NULL: true }, 1],
    [{ L: [] }, 3],
    [{ M: {} }, 3],
    [{ L: [{ S: 'ab' }] }, 6],
    [{ M: { k: { S: 'ab' } } }, 7],
    [{ SS: ['a', 'bc'] }, 3],
  ])('%j has %i bytes', (value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });

  it('counts names', () => {
    expect(itemBytes({ 'shirt-color': { S: 'R' }, 'shirt-size': { S: 'M' } })).toBe(23);
  });
});
