import { serve } from './bare-server.ts';

/** Takes whatever is written with BatchWriteItem to the one table that there is, answers at once and counts. */
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

function count(body: Buffer): void {
  for (let at = body.indexOf(PUT); at >= 0; at = body.indexOf(PUT, at + PUT.length)) items += 1;
}

function answerTo(operation: string, body: Buffer): object {
  switch (operation) {
    case 'BatchWriteItem':
      count(body);
      return { UnprocessedItems: {} };
    case 'DescribeTable':
      return { Table: TABLE };
    case 'Scan':
      // How many there are, and none of them.
      return { Items: [], Count: items, ScannedCount: items };
    default:
      return { TableNames: [TABLE.TableName] };
  }
}

serve((operation, body) => ({ status: 200, parts: [JSON.stringify(answerTo(operation, body))] }));
