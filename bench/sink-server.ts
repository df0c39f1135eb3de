import { serve } from './bare-server.ts';

/** Accepts BatchWriteItem for a single table, and counts the items instead of storing them. */
const TABLE = {
  TableName: 'sink',
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ItemCount: 0,
  TableSizeBytes: 0,
};
const PUT = Buffer.from('"PutRequest"');

let items = 0;

function countPuts(body: Buffer): void {
  for (let at = body.indexOf(PUT); at >= 0; at = body.indexOf(PUT, at + PUT.length)) items += 1;
}

function respond(operation: string, body: Buffer): object {
  switch (operation) {
    case 'BatchWriteItem':
      countPuts(body);
      return { UnprocessedItems: {} };
    case 'DescribeTable':
      return { Table: TABLE };
    case 'Scan':
      // The count, but no items.
      return { Items: [], Count: items, ScannedCount: items };
    default:
      return { TableNames: [TABLE.TableName] };
  }
}

serve((operation, body) => ({ status: 200, parts: [JSON.stringify(respond(operation, body))] }));
