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
const S = (...texts: readonly string[]) => Object.fromEntries(texts.map((text) => [`:${text}`, { S: text }]));
const N = (...texts: readonly string[]) => Object.fromEntries(texts.map((text) => [`#${text}`, text]));
const four = (condition: string, ...used: readonly string[]) => ({
  KeyConditionExpression: condition,
  ExpressionAttributeNames: N(...used),
  ExpressionAttributeValues: S(...used),
});

function batch(Keys: readonly unknown[]): string {
  return said('BatchGetItem', { RequestItems: { T: { Keys } } }, schema);
}

function said(
  operation: ReadOperation,
  input: Readonly<Record<string, unknown>>,
  given?: LintSchema,
): string {
  return lintRequest(operation, input, given)
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
  ])('lets %s pass', (_what, operation, input, given) => {
    expect(lintRequest(operation, input, given)).toEqual([]);
  });

  it.each<[RegExp, Readonly<Record<string, unknown>>, LintSchema]>([
    [/partition key attribute b has no equality/, four('#a = :a', 'a'), twoByTwo],
    [
      /sort key attribute d follows one without/,
      four('#a = :a AND #b = :b AND #d = :d', 'a', 'b', 'd'),
      twoByTwo,
    ],
    [
      /sort key attribute d follows/,
      four('#a = :a AND #b = :b AND #c > :c AND #d = :d', 'a', 'b', 'c', 'd'),
      twoByTwo,
    ],
    [/two conditions/, four('#a = :a AND #b = :b AND #c > :b AND #c < :a', 'a', 'b', 'c'), twoByTwo],
    [/x is no key attribute/, four('#a = :a AND #b = :b AND #x = :x', 'a', 'b', 'x'), twoByTwo],
    [/no consistent reads/, { ...four('#a = :a AND #b = :b', 'a', 'b'), ConsistentRead: true }, twoByTwo],
    [/none that Query takes/, { ...query, KeyConditionExpression: '#p = :p OR #s = :1' }, schema],
    [/none that Query takes/, { ...query, KeyConditionExpression: '#p = :p AND #s <> :1' }, schema],
    [/none that Query takes/, { TableName: 'T' }, schema],
    [/names no partition key value/, { ...query, KeyConditionExpression: '#p > :p AND #s > :1' }, schema],
    [/wrong way round/, { ...query, ExpressionAttributeValues: { ...values, ':1': { N: '1e1' } } }, schema],
    [
      /sk is of type N/,
      { ...query, ExpressionAttributeValues: { ...values, ':1': { S: '1' }, ':2': { S: '2' } } },
      schema,
    ],
    [
      /pk has an empty value/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { S: '' } } },
      schema,
    ],
    [/may not name the key attribute sk/, { ...query, FilterExpression: '#s = :1' }, schema],
    [
      /bytes in a partition key/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { S: 'é'.repeat(1025) } } },
      schema,
    ],
    [
      /neither text, number nor binary/,
      { ...query, ExpressionAttributeValues: { ...values, ':p': { BOOL: true } } },
      schema,
    ],
  ])('says %s of a Query', (message, input, given) => {
    expect(said('Query', input, given)).toMatch(message);
  });

  it.each<[RegExp, Readonly<Record<string, unknown>>]>([
    [/4097 bytes/, { FilterExpression: `#a = :a${' '.repeat(4090)}` }],
    [/301 operators/, { FilterExpression: Array.from({ length: 151 }, () => '#a=:a').join(' AND ') }],
    [/101 operands of IN/, { FilterExpression: `#a IN (${Array.from({ length: 101 }, () => ':a').join()})` }],
    [/33 levels/, { FilterExpression: `${'('.repeat(33)}#a = :a${')'.repeat(33)}` }],
    [/#b is used and not declared/, { FilterExpression: '#a = :a AND #b = :a' }],
    [/:a is declared and not used/, { FilterExpression: 'attribute_exists(#a)' }],
    [/FilterExpression is empty/, { FilterExpression: '' }],
    [/overlap/, { FilterExpression: '#a = :a', ProjectionExpression: '#a, #a[1]' }],
    [/Limit is 0/, { FilterExpression: '#a = :a', Limit: 0 }],
    [/Segment 4 is none of 4/, { FilterExpression: '#a = :a', Segment: 4, TotalSegments: 4 }],
    [/go together/, { FilterExpression: '#a = :a', Segment: 4 }],
    [/1000001 segments/, { FilterExpression: '#a = :a', Segment: 4, TotalSegments: 1_000_001 }],
    [
      /goes with no ProjectionExpression/,
      { FilterExpression: '#a = :a', ProjectionExpression: '#a', Select: 'COUNT' },
    ],
    [/needs a ProjectionExpression/, { FilterExpression: '#a = :a', Select: 'SPECIFIC_ATTRIBUTES' }],
    [/needs an IndexName/, { FilterExpression: '#a = :a', Select: 'ALL_PROJECTED_ATTRIBUTES' }],
  ])('says %s of a Scan', (message, input) => {
    const declared = {
      ExpressionAttributeNames: { '#a': 'a' },
      ExpressionAttributeValues: { ':a': { S: 'v' } },
    };
    expect(said('Scan', { TableName: 'T', ...declared, ...input })).toMatch(message);
  });

  it('measures names and values', () => {
    const input = {
      FilterExpression: '#a = :a AND #b = :b',
      ExpressionAttributeNames: { '#a': '', '#b': 'b'.repeat(65_536) },
      ExpressionAttributeValues: { ':a': { N: '1'.repeat(39) }, ':b': { S: 'x'.repeat(2 * 1024 * 1024) } },
    };
    const messages = said('Scan', input);
    expect(messages).toMatch(/#a stands for no name/);
    expect(messages).toMatch(/#b: 65536 bytes in an attribute name/);
    expect(messages).toMatch(/39 significant digits/);
    expect(messages).toMatch(/bytes of expression variables/);
  });

  it.each<[RegExp, unknown]>([
    [/has pk and needs pk \(S\) and sk \(N\)/, { pk: { S: 'x' } }],
    [/needs pk/, { pk: { S: 'x' }, sk: { S: '1' } }],
    [/needs pk/, { pk: { S: 'x' }, sk: { N: '1' }, more: { S: 'y' } }],
    [/the key is empty/, {}],
    [/bytes in a sort key/, { pk: { S: 'x' }, sk: { B: Buffer.alloc(1025).toString('base64') } }],
  ])('says %s of a GetItem', (message, key) => {
    expect(said('GetItem', { TableName: 'T', Key: key }, schema)).toMatch(message);
  });

  it('counts and compares the keys of a batch', () => {
    const keys = Array.from({ length: 101 }, (_, at) => ({ pk: { S: String(at) }, sk: { N: '1' } }));
    expect(batch(keys)).toMatch(/101 keys/);
    expect(batch([])).toMatch(/needs a key/);
    expect(batch([keys[0], { sk: { N: '1.0' }, pk: { S: '0' } }])).toMatch(/names a key twice/);
  });

  it('names the page that states the rule', () => {
    const found = lintRequest('Scan', { TableName: 'T', Limit: 0 });
    expect(found.map(({ source }) => source)).toEqual([
      expect.stringMatching(/^https:\/\/docs\.aws\.amazon\.com\/amazondynamodb\//),
    ]);
  });

  it('is an error of the driver before anything is sent', () => {
    expect(() => checkRequest({ operation: 'Scan', input: { TableName: 'T', Limit: 0 } })).toThrow(
      expect.objectContaining({ code: 'DYNAMO_LIMIT', message: 'Scan: Limit is 0 and must be at least 1' }),
    );
  });
});
