import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Catalog, createCatalog } from '../../src/catalog/catalog.ts';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { createClient, type DynamoClient } from '../../src/dynamo/transport/client.ts';
import { startDynalite } from '../doubles/dynalite.ts';
import { startDynamoDbLocal } from '../doubles/dynamodb-local.ts';

const local = await startDynamoDbLocal();
const EMULATORS = [
  { name: 'dynalite', suite: describe, start: startDynalite },
  'skipped' in local
    ? { name: `DynamoDB Local (${local.skipped})`, suite: describe.skip, start: startDynalite }
    : { name: 'DynamoDB Local', suite: describe, start: async () => local },
];

const ITEMS: readonly AttributeMap[] = Array.from({ length: 30 }, (_, n) => ({
  'p k': { S: `customer ${n % 3}` },
  'né 🐟': { N: String(n) },
  'a.b': { N: `${n}.5` },
  select: n % 2 === 0 ? { BOOL: true } : { NULL: true },
  doc: { M: { 'x.y': { L: [{ N: String(n) }] } } },
  bytes: { B: 'AAEC' },
  names: { SS: ['a', 'b'] },
}));

for (const { name, suite, start } of EMULATORS)
  suite(`on ${name}`, () => {
    let client: DynamoClient;
    let catalog: Catalog;
    let close: () => Promise<void>;

    beforeAll(async () => {
      const emulator = await start();
      close = () => emulator.close();
      client = createClient({
        region: 'us-east-1',
        endpoint: emulator.endpoint,
        credentials: async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }),
        maxRetries: 2,
        timeoutMs: 20_000,
      });
      await client.createTable({
        TableName: 'Shop.Orders-1',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'p k', KeyType: 'HASH' },
          { AttributeName: 'né 🐟', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'p k', AttributeType: 'S' },
          { AttributeName: 'né 🐟', AttributeType: 'N' },
          { AttributeName: 'unseen', AttributeType: 'B' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by_unseen',
            KeySchema: [{ AttributeName: 'unseen', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['select'] },
          },
        ],
      });
      await client.putItems('Shop.Orders-1', ITEMS);
      catalog = createCatalog(client, {
        rowScanDepth: 200,
        typeDetection: 'RowScan',
        flattenObjects: true,
        flattenArrays: 1,
        separator: '.',
        numberMode: 'Auto',
        cacheTtlMs: 60_000,
        now: Date.now,
      });
    });

    afterAll(async () => {
      client.close();
      await close();
    });

    it('finds the table regardless of case, with its columns', async () => {
      const table = await catalog.table('shop.orders-1');
      expect(table.name).toBe('Shop.Orders-1');
      expect(table.columns.map(({ name, type }) => `${name}: ${type.kind}`)).toEqual([
        'p k: text',
        'né 🐟: bigint',
        'a.b: decimal',
        'bytes: blob',
        'doc.x.y.0: bigint',
        'names: json',
        'select: boolean',
        'unseen: blob',
        'doc: json',
        'doc.x.y: json',
        '$item: json',
      ]);
      expect(table.sampled.items).toBe(ITEMS.length);
      expect(table.sampled.readCapacity).toBeGreaterThan(0);
    });

    it('describes keys and indexes', async () => {
      const table = await catalog.table('Shop.Orders-1');
      expect(table.key).toEqual({
        partition: [{ name: 'p k', type: 'S' }],
        sort: [{ name: 'né 🐟', type: 'N' }],
      });
      expect(table.indexes).toMatchObject([
        { name: 'by_unseen', kind: 'global', projection: ['unseen', 'p k', 'né 🐟', 'select'], active: true },
      ]);
    });

    it('lists tables, and suggests similar names', async () => {
      expect(await catalog.tableNames()).toEqual(['Shop.Orders-1']);
      await expect(catalog.table('Shop.Order-1')).rejects.toMatchObject({
        code: 'CATALOG_UNKNOWN_TABLE',
        candidates: ['Shop.Orders-1'],
      });
    });
  });
