import { type HttpDouble, type DynamoRequest, type Reply, startHttpDouble } from './dynamodb-http.ts';

/** A table `things` with the key `id`. The test provides the pages of each Scan, Query or batch. */
export interface ServedTable extends HttpDouble {
  /** A connection string without sampling, so that the key is the only column. */
  string(properties?: string): string;
  /** The number of reads so far. */
  reads(): number;
}

/** Serves the table. `page` returns the response to each read by its number, from 0. */
export async function serveTable(
  page: (index: number, request: DynamoRequest) => Reply | Promise<Reply>,
): Promise<ServedTable> {
  let reads = 0;
  const double = await startHttpDouble((request) => {
    switch (request.operation) {
      case 'DescribeTable':
        return { body: JSON.stringify({ Table: DESCRIPTION }) };
      case 'ListTables':
        return { body: JSON.stringify({ TableNames: ['things'] }) };
      default:
        return page(reads++, request);
    }
  });
  return {
    ...double,
    string: (properties = '') =>
      `AWSAccessKey=AKIDTEST;AWSSecretKey=not-a-secret;AWSRegion=us-east-1;Endpoint=${double.endpoint};` +
      `TypeDetectionScheme=None;ThreadCount=1;RetryWaitTime=1;${properties}`,
    reads: () => reads,
  };
}

/** Creates a page of items with these ids. With `more`, another page follows. */
export function toPage(ids: readonly string[], more = false): Reply {
  const last = { id: { S: ids.at(-1) ?? '' } };
  return {
    body: JSON.stringify({
      Items: ids.map((id) => ({ id: { S: id } })),
      Count: ids.length,
      ScannedCount: ids.length,
      ConsumedCapacity: { TableName: 'things', CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } },
      ...(more && { LastEvaluatedKey: last }),
    }),
  };
}

const DESCRIPTION = {
  TableName: 'things',
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  ItemCount: 1000,
  TableSizeBytes: 100_000,
};
