import { expect, it } from '@jest/globals';
import { parseTableDescription, type TableDescription } from '../../src/catalog/describe.ts';

const DESCRIPTION: TableDescription = {
  TableName: 'orders',
  TableArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
  TableStatus: 'UPDATING',
  KeySchema: [
    { AttributeName: 'at', KeyType: 'RANGE' },
    { AttributeName: 'id', KeyType: 'HASH' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'shop', AttributeType: 'S' },
    { AttributeName: 'hash', AttributeType: 'B' },
  ],
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ItemCount: 12,
  TableSizeBytes: 3456,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by_shop',
      IndexStatus: 'CREATING',
      KeySchema: [
        { AttributeName: 'shop', KeyType: 'HASH' },
        { AttributeName: 'hash', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] },
      ItemCount: 7,
    },
    {
      IndexName: 'everything',
      IndexStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'hash', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by_hash',
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'hash', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

it('parses keys with their types', () => {
  expect(parseTableDescription('orders', DESCRIPTION)).toMatchObject({
    name: 'orders',
    arn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
    status: 'UPDATING',
    key: { partition: [{ name: 'id', type: 'S' }], sort: [{ name: 'at', type: 'N' }] },
    itemCount: 12,
    sizeBytes: 3456,
    billing: 'PAY_PER_REQUEST',
  });
});

it('keeps the order of multi-attribute keys', () => {
  const [index] = parseTableDescription('orders', DESCRIPTION).indexes;
  expect(index?.key.partition.map(({ name, type }) => [name, type])).toEqual([
    ['shop', 'S'],
    ['hash', 'B'],
  ]);
  expect(index?.key.sort.map(({ name }) => name)).toEqual(['at', 'id']);
});

it('includes the keys of index and table in a projection', () => {
  const projections = parseTableDescription('orders', DESCRIPTION).indexes.map(({ name, projection }) => [
    name,
    projection,
  ]);
  expect(projections).toEqual([
    ['by_shop', ['shop', 'hash', 'at', 'id', 'total']],
    ['everything', 'all'],
    ['by_hash', ['id', 'hash', 'at']],
  ]);
});

it('marks an index as inactive until it is ACTIVE', () => {
  const active = parseTableDescription('orders', DESCRIPTION).indexes.map(({ kind, active }) => [
    kind,
    active,
  ]);
  expect(active).toEqual([
    ['global', false],
    ['global', true],
    ['local', true],
  ]);
});
