import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

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

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = JSON.stringify(answerTo(operation, Buffer.concat(chunks)));
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit());
