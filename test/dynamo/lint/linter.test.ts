import { describe, expect, it } from '@jest/globals';
import type { ReadOperation } from '../../../src/dynamo/transport/client.ts';
import type { LintSchema } from '../../../src/dynamo/lint/lint-report.ts';
import { checkRequest, lintRequest } from '../../../src/dynamo/lint/linter.ts';

const schema: LintSchema = {
  key: { partition: [{ name: 'pk', type: 'S' }], sort: [{ name: 'sk', type: 'N' }] },
};
const twoByTwo: LintSchema = {
  ...schema,
  index: {
    kind: 'global',
    key: {
      partition: [
        { name: 'a', type: 'S' },
        { name: 'b', type: 'S' },
      ],
      sort: [
        { name: 'c', type: 'S' },
        { name: 'd', type: 'S' },
      ],
    },
  },
};
const names = { '#p': 'pk', '#s': 'sk' };
const values = { ':p': { S: 'x' }, ':1': { N: '1' }, ':2': { N: '2' } };
const query = {
  TableName: 'T',
  KeyConditionExpression: '#p = :p AND #s BETWEEN :1 AND :2',
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
};
const S = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [`:${name}`, { S: name }]));
const N = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [`#${name}`, name]));
const four = (condition: string, ...used: readonly string[]) => ({
  KeyConditionExpression: condition,
  ExpressionAttributeNames: N(...used),
  ExpressionAttributeValues: S(...used),
});

function batch(Keys: readonly unknown[]): string {
  return lint('BatchGetItem', { RequestItems: { T: { Keys } } }, schema);
}

function lint(
  operation: ReadOperation,
  input: Readonly<Record<string, unknown>>,
  lintSchema?: LintSchema,
): string {
  return lintRequest(operation, input, lintSchema)
    .map(({ message }) => message)
    .join('; ');
}

describe('the linter', () => {
  it.each<[string, ReadOperation, Readonly<Record<string, unknown>>, LintSchema]>([
    ['a Query with a key range', 'Query', query, schema],
    ['a Scan without anything', 'Scan', { TableName: 'T' }, schema],
    ['a segment', 'Scan', { TableName: 'T', Segment: 3, TotalSegments: 4, Limit: 1 }, schema],
    ['a whole key', 'GetItem', { Key: { pk: { S: 'x' }, sk: { N: '1' } } }, schema],
    [
      'a batch',
      'BatchGetItem',
      { RequestItems: { T: { Keys: [1, 2].map((n) => ({ pk: { S: 'x' }, sk: { N: `${n}` } })) } } },
      schema,
    ],
    [
      'equalities on all four parts of a key',
      'Query',
      four('#a = :a AND #b = :b AND #c = :c AND #d = :d', 'a', 'b', 'c', 'd'),
      twoByTwo,
    ],
    [
      'a range on the first sort attribute',
      'Query',
      four('#b = :b AND #a = :a AND begins_with(#c, :c)', 'b', 'a', 'c'),
      twoByTwo,
    ],
  ])('accepts %s', (_case, operation, input, lintSchema) => {
    expect(lintRequest(operation, input, lintSchema)).toEqual([]);
  });

  it.each<[RegExp, Readonly<Record<string, unknown>>, LintSchema]>([
    [/no value for the partition key attribute b/, four('#a = :a', 'a'), twoByTwo],
    [
      /sort key attribute d requires a condition with =/,
      four('#a = :a AND #b = :b AND #d = :d', 'a', 'b', 'd'),
      twoByTwo,
    ],
    [
      /sort key attribute d requires/,
      four('#a = :a AND #b = :b AND #c > :c AND #d = :d', 'a', 'b', 'c', 'd'),
      twoByTwo,
    ],
    [/two conditions/, four('#a = :a AND #b = :b AND #c > :b AND #c < :a', 'a', 'b', 'c'), twoByTwo],
    [/x is not a key attribute/, four('#a = :a AND #b = :b AND #x = :x', 'a', 'b', 'x'), twoByTwo],
    [
      /consistent reads are not supported/,
      { ...four('#a = :a AND #b = :b', 'a', 'b'), ConsistentRead: true },
      twoByTwo,
    ],
    [/key condition not supported/, { ...query, KeyConditionExpression: '#p = :p OR #s = :1' }, schema],
    [/key condition not supported/, { ...query, KeyConditionExpression: '#p = :p AND #s <> :1' }, schema],
    [/key condition not supported/, { TableName: 'T' }, schema],
    [/no value for the partition key;/, { ...query, KeyConditionExpression: '#p > :p AND #s > :1' }, schema],
    [
      /upper bound to be greater than or equal to the lower bound: sk/,
      { ...query, ExpressionAttributeValues: { ...values, ':1': { N: '1e1' } } },
      schema,
    ],
    [
      /type mismatch for key sk: expected N/,
      { ...query, ExpressionAttributeValues: { ...values, ':1': { S: '1' }, ':2': { S: '2' } } },
      schema,
    ],
    [
      /pk cannot contain an empty value/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { S: '' } } },
      schema,
    ],
    [
      /FilterExpression can only contain non-primary key attributes: sk/,
      { ...query, FilterExpression: '#s = :1' },
      schema,
    ],
    [
      /bytes in a partition key/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { S: 'é'.repeat(1025) } } },
      schema,
    ],
    [
      /pk must be of type S, N or B/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { BOOL: true } } },
      schema,
    ],
  ])('reports %s for a Query', (message, input, lintSchema) => {
    expect(lint('Query', input, lintSchema)).toMatch(message);
  });

  it.each<[RegExp, Readonly<Record<string, unknown>>]>([
    [/4097 bytes/, { FilterExpression: `#a = :a${' '.repeat(4090)}` }],
    [/301 operators/, { FilterExpression: Array.from({ length: 151 }, () => '#a=:a').join(' AND ') }],
    [/101 operands of IN/, { FilterExpression: `#a IN (${Array.from({ length: 101 }, () => ':a').join()})` }],
    [/33 levels/, { FilterExpression: `${'('.repeat(33)}#a = :a${')'.repeat(33)}` }],
    [/expression attribute name is used but not defined: #b/, { FilterExpression: '#a = :a AND #b = :a' }],
    [
      /expression attribute value is defined but unused in expressions: :a/,
      { FilterExpression: 'attribute_exists(#a)' },
    ],
    [/FilterExpression is empty/, { FilterExpression: '' }],
    [/document paths overlap/, { FilterExpression: '#a = :a', ProjectionExpression: '#a, #a[1]' }],
    [/Limit must be at least 1, not 0/, { FilterExpression: '#a = :a', Limit: 0 }],
    [
      /Segment must be less than TotalSegments and not negative: 4 of 4/,
      { FilterExpression: '#a = :a', Segment: 4, TotalSegments: 4 },
    ],
    [/must be specified together/, { FilterExpression: '#a = :a', Segment: 4 }],
    [/1000001 segments/, { FilterExpression: '#a = :a', Segment: 4, TotalSegments: 1_000_001 }],
    [
      /cannot specify a ProjectionExpression with Select "COUNT"/,
      { FilterExpression: '#a = :a', ProjectionExpression: '#a', Select: 'COUNT' },
    ],
    [/requires a ProjectionExpression/, { FilterExpression: '#a = :a', Select: 'SPECIFIC_ATTRIBUTES' }],
    [/requires an IndexName/, { FilterExpression: '#a = :a', Select: 'ALL_PROJECTED_ATTRIBUTES' }],
  ])('reports %s for a Scan', (message, input) => {
    const placeholders = {
      ExpressionAttributeNames: { '#a': 'a' },
      ExpressionAttributeValues: { ':a': { S: 'v' } },
    };
    expect(lint('Scan', { TableName: 'T', ...placeholders, ...input })).toMatch(message);
  });

  it('measures attribute names and values', () => {
    const input = {
      FilterExpression: '#a = :a AND #b = :b',
      ExpressionAttributeNames: { '#a': '', '#b': 'b'.repeat(65_536) },
      ExpressionAttributeValues: { ':a': { N: '1'.repeat(39) }, ':b': { S: 'x'.repeat(2 * 1024 * 1024) } },
    };
    const messages = lint('Scan', input);
    expect(messages).toMatch(/ExpressionAttributeNames contains an empty name: #a/);
    expect(messages).toMatch(/#b: 65536 bytes in an attribute name/);
    expect(messages).toMatch(/39 significant digits/);
    expect(messages).toMatch(/bytes of expression variables/);
  });

  it.each<[RegExp, unknown]>([
    [/expected pk \(S\) and sk \(N\), found pk$/, { pk: { S: 'x' } }],
    [/expected pk/, { pk: { S: 'x' }, sk: { S: '1' } }],
    [/expected pk/, { pk: { S: 'x' }, sk: { N: '1' }, more: { S: 'y' } }],
    [/the key has no attributes/, {}],
    [/bytes in a sort key/, { pk: { S: 'x' }, sk: { B: Buffer.alloc(1025).toString('base64') } }],
  ])('reports %s for a GetItem', (message, key) => {
    expect(lint('GetItem', { TableName: 'T', Key: key }, schema)).toMatch(message);
  });

  it('counts and compares the keys of a batch', () => {
    const keys = Array.from({ length: 101 }, (_, at) => ({ pk: { S: String(at) }, sk: { N: '1' } }));
    expect(batch(keys)).toMatch(/101 keys/);
    expect(batch([])).toMatch(/requires at least one key/);
    expect(batch([keys[0], { sk: { N: '1.0' }, pk: { S: '0' } }])).toMatch(/contains duplicates/);
  });

  it('cites the page that states the rule', () => {
    const found = lintRequest('Scan', { TableName: 'T', Limit: 0 });
    expect(found.map(({ source }) => source)).toEqual([
      expect.stringMatching(/^https:\/\/docs\.aws\.amazon\.com\/amazondynamodb\//),
    ]);
  });

  it('throws a DriverError before anything is sent', () => {
    expect(() => checkRequest({ operation: 'Scan', input: { TableName: 'T', Limit: 0 } })).toThrow(
      expect.objectContaining({ code: 'DYNAMO_LIMIT', message: 'Scan: Limit must be at least 1, not 0' }),
    );
  });
});
