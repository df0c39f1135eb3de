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
const lint = (built: BuiltWrite): readonly string[] => lintWrite(built, KEYS).map(({ message }) => message);

function nested(depth: number): AttributeValue {
  return depth === 0 ? { NULL: true } : { L: [nested(depth - 1)] };
}

describe('a put', () => {
  it.each<[AttributeMap, string | undefined]>([
    [{}, undefined],
    [{ n: { N: '9'.repeat(38) } }, undefined],
    [{ n: { N: '9'.repeat(39) } }, 'n: 39 significant digits in a number (maximum 38)'],
    [{ n: { N: '9.99e125' } }, undefined],
    [{ n: { N: '1e126' } }, 'n: 1e126 is out of range: the magnitude must be from 1E-130 to 9.99E+125'],
    [{ n: { N: '1e-130' } }, undefined],
    [{ n: { N: '1e-131' } }, 'n: 1e-131 is out of range: the magnitude must be from 1E-130 to 9.99E+125'],
    [{ n: { N: 'NaN' } }, 'n: "NaN" cannot be converted to a number'],
    [{ s: { SS: [] } }, 's: a set cannot be empty'],
    [{ s: { SS: ['a', 'a'] } }, 's: the set contains duplicates'],
    [{ s: { NS: ['1', '1.0'] } }, 's: the set contains duplicates'],
    [{ d: nested(31) }, undefined],
    [{ d: nested(32) }, 'd: 33 levels of nesting (maximum 32)'],
    [{ '': { S: 'x' } }, 'an attribute name is empty'],
    [{ id: { S: '' } }, 'the key attribute id cannot contain an empty value'],
    [{ id: { N: '1' } }, 'type mismatch for key id: expected S'],
    [{ id: { S: 'x'.repeat(2048) } }, undefined],
    [{ id: { S: 'x'.repeat(2049) } }, 'id: 2049 bytes in a partition key value (maximum 2048)'],
    [
      { x: { S: 'x'.repeat(400 * 1024 - 7) } },
      'item size has exceeded the maximum allowed size: 409601 bytes (maximum 409600)',
    ],
  ])('%#: reports what DynamoDB would reject', (more, message) => {
    const found = lint(put(more));
    expect(found).toEqual(message === undefined ? [] : [message]);
  });
});

function lintUpdate(Key: object): readonly string[] {
  return lint({ operation: 'UpdateItem', input: { TableName: 'tab', Key } });
}

describe('an update', () => {
  it('is limited to the size of an expression', () => {
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
    expect(lint(built).join('; ')).toMatch(
      /ConditionExpression: \d+ bytes in an expression \(maximum 4096\)/,
    );
  });

  it('has the whole key and nothing else', () => {
    expect(lintUpdate(key)).toEqual([]);
    expect(lintUpdate({ id: { S: 'a' } })).toContain('missing the key attribute at');
    expect(lintUpdate({ ...key, more: { S: 'x' } })).toEqual([
      'the key does not match the schema: found id, at, more',
    ]);
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
  it('has up to 100 writes of different items', () => {
    expect(lint(buildTransactionRequest(writes(100), 't'))).toEqual([]);
    expect(lint(buildTransactionRequest(writes(101), 't'))).toEqual([
      'request: 101 writes in a transaction (maximum 100)',
    ]);
    expect(
      lint(
        buildTransactionRequest(
          writes(2, () => 'same'),
          't',
        ),
      ),
    ).toEqual(['the request cannot include multiple operations on one item: table tab']);
    expect(lint(buildTransactionRequest([], 't'))).toEqual(['the request has no writes']);
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
