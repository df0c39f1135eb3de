import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeType, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import { attributeOf, type Destination } from '../../../src/sql/write/attribute-of.ts';
import { attributeOfDynamoJson, attributeOfJson } from '../../../src/sql/write/json-attribute.ts';
import { sameValue } from '../../../src/sql/write/same-value.ts';
import type { StoredInput } from '../../../src/sql/write/stored-input.ts';
import { attributeValue } from '../../catalog/items.ts';

const holding = (...types: AttributeType[]): Destination => ({
  label: 'x',
  key: undefined,
  seen: Object.fromEntries(types.map((type) => [type, 3])),
});
const keyOf = (type: 'S' | 'N' | 'B', of: 'table' | 'index' = 'table'): Destination => ({
  label: 'x',
  key: { name: 'x', type, of },
  seen: {},
});
const untyped = (text: string): StoredInput => ({ kind: 'text', text, untyped: true });
const number = (text: string): StoredInput => ({ kind: 'number', text });

describe('a value on its way into an item', () => {
  it.each<[StoredInput, Destination, AttributeValue | undefined]>([
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
    [untyped('[]'), holding('SS'), { L: [] }],
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
    [untyped('7'), keyOf('N'), { N: '7' }],
    [{ kind: 'text', text: '7' }, keyOf('N'), { N: '7' }],
    [number('7'), keyOf('S'), { S: '7' }],
    [{ kind: 'missing' }, keyOf('S', 'index'), undefined],
  ])('%j in %j is %j', (value, to, stored) => {
    expect(attributeOf(value, to)).toEqual(stored);
  });

  it.each<[StoredInput, Destination, string, string]>([
    [untyped('five'), holding('N'), 'SQL_BAD_VALUE', 'x holds numbers, and "five" is no number.'],
    [untyped('maybe'), holding('BOOL'), 'SQL_BAD_VALUE', 'x holds booleans'],
    [untyped('\\x0'), holding('B'), 'SQL_BAD_VALUE', 'is no hexadecimal bytea'],
    [untyped('{a}'), holding('M'), 'SQL_BAD_VALUE', '"{a}" is no JSON'],
    [number('1'.repeat(39)), holding(), 'SQL_BAD_VALUE', 'has 39 significant digits'],
    [number('NaN'), holding(), 'SQL_BAD_VALUE', 'DynamoDB has no number NaN'],
    [number('Infinity'), keyOf('N'), 'SQL_BAD_VALUE', 'DynamoDB has no number Infinity'],
    [{ kind: 'null' }, keyOf('S'), 'SQL_NOT_NULL', "part of the table's key"],
    [{ kind: 'missing' }, keyOf('S'), 'SQL_NOT_NULL', "part of the table's key"],
    [{ kind: 'null' }, keyOf('S', 'index'), 'SQL_BAD_VALUE', 'DEFAULT leaves the attribute out'],
    [{ kind: 'boolean', value: true }, keyOf('S'), 'SQL_BAD_VALUE', 'whose type is S, not BOOL'],
    [number('1'), keyOf('B', 'index'), 'SQL_BAD_VALUE', "an index's key, whose type is B, not N"],
  ])('%j in %j is refused', (value, to, code, message) => {
    expect(() => attributeOf(value, to)).toThrow(expect.objectContaining({ code }));
    expect(() => attributeOf(value, to)).toThrow(message);
  });
});

describe('JSON', () => {
  it('of DynamoDB comes back as what it was, whatever its type', () => {
    fc.assert(
      fc.property(attributeValue, (value) => {
        expect(attributeOfDynamoJson(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it('becomes maps and lists, every digit of a number kept', () => {
    expect(
      attributeOfJson('{"a":[1.10,-2e400,12345678901234567890,"3",{"__proto__":null}],"b":true,"c\\"4":5}'),
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
  ])('%s is not DynamoDB’s', (text) => {
    expect(() => attributeOfDynamoJson(text)).toThrow("is not in DynamoDB's JSON");
  });
});

describe('the same value', () => {
  it('is itself, in any order of members', () => {
    fc.assert(
      fc.property(attributeValue, (value) => {
        expect(sameValue(value, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
    expect(sameValue({ SS: ['a', 'b'] }, { SS: ['b', 'a'] })).toBe(true);
    expect(sameValue({ NS: ['1.0', '2'] }, { NS: ['2', '1'] })).toBe(true);
    expect(
      sameValue({ M: { a: { N: '1' }, b: { N: '10' } } }, { M: { b: { N: '1e1' }, a: { N: '1.0' } } }),
    ).toBe(true);
  });

  it('is not one of another type or order', () => {
    expect(sameValue({ S: '1' }, { N: '1' })).toBe(false);
    expect(sameValue({ L: [{ N: '1' }, { N: '2' }] }, { L: [{ N: '2' }, { N: '1' }] })).toBe(false);
    expect(sameValue({ SS: ['a'] }, { L: [{ S: 'a' }] })).toBe(false);
    expect(sameValue({ NULL: true }, { BOOL: true })).toBe(false);
  });
});
