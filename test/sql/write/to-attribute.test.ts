import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeType, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { toAttribute, type AttributeTarget } from '../../../src/sql/write/to-attribute.ts';
import { parseDynamoJson, parseJsonAttribute } from '../../../src/sql/write/json-attribute.ts';
import { isSameValue } from '../../../src/sql/write/same-value.ts';
import type { StoredInput } from '../../../src/sql/write/stored-input.ts';
import { attributeValue } from '../../catalog/items.ts';

const holding = (...types: AttributeType[]): AttributeTarget => ({
  label: 'x',
  key: undefined,
  seen: Object.fromEntries(types.map((type) => [type, 3])),
});
const inKey = (type: 'S' | 'N' | 'B', of: 'table' | 'index' = 'table'): AttributeTarget => ({
  label: 'x',
  key: { name: 'x', type, of, table: 't' },
  seen: {},
});
const untyped = (text: string): StoredInput => ({ kind: 'text', text, untyped: true });
const number = (text: string): StoredInput => ({ kind: 'number', text });

describe('a value to store', () => {
  it.each<[StoredInput, AttributeTarget, AttributeValue | undefined]>([
    [untyped('5'), holding(), { S: '5' }],
    [untyped('5'), holding('S'), { S: '5' }],
    [untyped(' 5.50 '), holding('N'), { N: '5.50' }],
    [untyped('5'), holding('N', 'S'), { S: '5' }],
    [{ kind: 'text', text: '5' }, holding('N'), { S: '5' }],
    [untyped('yes'), holding('BOOL'), { BOOL: true }],
    [untyped('\\x0001'), holding('B'), { B: 'AAE=' }],
    [untyped('{"a":1}'), holding('M'), { M: { a: { N: '1' } } }],
    [untyped('["a","b"]'), holding('SS'), { SS: ['a', 'b'] }],
    [untyped('[1,2]'), holding('NS'), { NS: ['1', '2'] }],
    [untyped('["a",1]'), holding('SS'), { L: [{ S: 'a' }, { N: '1' }] }],
    [{ kind: 'json', text: '[]' }, holding('SS', 'L'), { L: [] }],
    [{ kind: 'attribute', value: { L: [] } }, holding('SS'), { L: [] }],
    [number('1e3'), holding('S'), { N: '1e3' }],
    [number(`0.${'1'.repeat(38)}`), holding(), { N: `0.${'1'.repeat(38)}` }],
    [{ kind: 'null' }, holding('N'), { NULL: true }],
    [{ kind: 'missing' }, holding('N'), undefined],
    [
      { kind: 'array', items: [number('1'), { kind: 'null' }] },
      holding(),
      { L: [{ N: '1' }, { NULL: true }] },
    ],
    [{ kind: 'bytes', bytes: Uint8Array.of(0, 1) }, holding(), { B: 'AAE=' }],
    [untyped('7'), inKey('N'), { N: '7' }],
    [{ kind: 'text', text: '7' }, inKey('N'), { N: '7' }],
    [number('7'), inKey('S'), { S: '7' }],
    [{ kind: 'missing' }, inKey('S', 'index'), undefined],
  ])('%j in %j is %j', (value, to, stored) => {
    expect(toAttribute(value, to)).toEqual(stored);
  });

  it.each<[StoredInput, AttributeTarget, string, string]>([
    [
      untyped('five'),
      holding('N'),
      'SQL_BAD_VALUE',
      'invalid input syntax for type numeric: "five" (column "x" holds numbers)',
    ],
    [
      untyped('maybe'),
      holding('BOOL'),
      'SQL_BAD_VALUE',
      'invalid input syntax for type boolean: "maybe" (column "x" holds booleans)',
    ],
    [untyped('\\x0'), holding('B'), 'SQL_BAD_VALUE', 'invalid input syntax for type bytea: "\\\\x0"'],
    [untyped('{a}'), holding('M'), 'SQL_BAD_VALUE', 'invalid input syntax for type json: "{a}"'],
    [
      untyped('[]'),
      holding('SS'),
      'SQL_BAD_VALUE',
      'cannot store an empty array in column "x", which holds sets: DynamoDB has no empty sets',
    ],
    [
      untyped('{}'),
      holding('NS'),
      'SQL_BAD_VALUE',
      'cannot store an empty array in column "x", which holds sets: DynamoDB has no empty sets',
    ],
    [
      { kind: 'array', items: [] },
      holding('NS'),
      'SQL_BAD_VALUE',
      'cannot store an empty array in column "x"',
    ],
    [
      { kind: 'json', text: '[]' },
      holding('BS'),
      'SQL_BAD_VALUE',
      'cannot store an empty array in column "x"',
    ],
    [number('1'.repeat(39)), holding(), 'SQL_BAD_VALUE', 'has 39 significant digits'],
    [number('NaN'), holding(), 'SQL_BAD_VALUE', 'DynamoDB cannot store the number NaN (column "x")'],
    [number('Infinity'), inKey('N'), 'SQL_BAD_VALUE', 'DynamoDB cannot store the number Infinity'],
    [
      { kind: 'null' },
      inKey('S'),
      'SQL_NOT_NULL',
      'null value in column "x" of relation "t" violates not-null constraint',
    ],
    [
      { kind: 'missing' },
      inKey('S'),
      'SQL_NOT_NULL',
      'null value in column "x" of relation "t" violates not-null constraint',
    ],
    [
      { kind: 'null' },
      inKey('S', 'index'),
      'SQL_BAD_VALUE',
      'column "x" is part of an index key and cannot be NULL',
    ],
    [
      { kind: 'boolean', value: true },
      inKey('S'),
      'SQL_BAD_VALUE',
      'part of the table key of type S but the value is of type BOOL',
    ],
    [
      number('1'),
      inKey('B', 'index'),
      'SQL_BAD_VALUE',
      'part of an index key of type B but the value is of type N',
    ],
  ])('%j in %j is refused', (value, to, code, message) => {
    expect(() => toAttribute(value, to)).toThrow(expect.objectContaining({ code }));
    expect(() => toAttribute(value, to)).toThrow(message);
  });
});

describe('JSON', () => {
  it('in DynamoDB’s format round-trips for every type', () => {
    fc.assert(
      fc.property(attributeValue, (value) => {
        expect(parseDynamoJson(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it('becomes maps and lists, and keeps every digit of a number', () => {
    expect(
      parseJsonAttribute(
        '{"a":[1.10,-2e400,12345678901234567890,"3",{"__proto__":null}],"b":true,"c\\"4":5}',
      ),
    ).toEqual({
      M: Object.fromEntries([
        [
          'a',
          {
            L: [
              { N: '1.10' },
              { N: '-2e400' },
              { N: '12345678901234567890' },
              { S: '3' },
              { M: Object.fromEntries([['__proto__', { NULL: true }]]) },
            ],
          },
        ],
        ['b', { BOOL: true }],
        ['c"4', { N: '5' }],
      ]),
    });
  });

  it.each([
    '{"S":1}',
    '{"N":5}',
    '{"SS":[1]}',
    '{"S":"a","N":"1"}',
    '"a"',
    '{}',
    '{"NULL":false}',
    '{"X":"a"}',
    '{"L":["a"]}',
  ])('%s is not in DynamoDB’s format', (text) => {
    expect(() => parseDynamoJson(text)).toThrow("is not in DynamoDB's JSON format");
  });
});

describe('isSameValue', () => {
  it('ignores the order of members and of set elements', () => {
    fc.assert(
      fc.property(attributeValue, (value) => {
        expect(isSameValue(value, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
    expect(isSameValue({ SS: ['a', 'b'] }, { SS: ['b', 'a'] })).toBe(true);
    expect(isSameValue({ NS: ['1.0', '2'] }, { NS: ['2', '1'] })).toBe(true);
    expect(
      isSameValue({ M: { a: { N: '1' }, b: { N: '10' } } }, { M: { b: { N: '1e1' }, a: { N: '1.0' } } }),
    ).toBe(true);
  });

  it('distinguishes types and the order of lists', () => {
    expect(isSameValue({ S: '1' }, { N: '1' })).toBe(false);
    expect(isSameValue({ L: [{ N: '1' }, { N: '2' }] }, { L: [{ N: '2' }, { N: '1' }] })).toBe(false);
    expect(isSameValue({ SS: ['a'] }, { L: [{ S: 'a' }] })).toBe(false);
    expect(isSameValue({ NULL: true }, { BOOL: true })).toBe(false);
  });
});
