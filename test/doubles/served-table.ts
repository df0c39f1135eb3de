import { type HttpDouble, type Received, type Reply, startHttpDouble } from './dynamodb-http.ts';

/** One table, `things` with the key `id`, whose pages of a Scan, a Query or a batch are the test's own. */
export interface ServedTable extends HttpDouble {
  /** A connection string to it; columns are the key's alone, so that nothing is sampled. */
  string(properties?: string): string;
  /** Reads so far. */
  reads(): number;
}

/** Answers reads in order: each with the reply that `page` gives for its number, from 0. */
export async function serveTable(
  page: (at: number, received: Received) => Reply | Promise<Reply>,
): Promise<ServedTable> {
  let reads = 0;
  const double = await startHttpDouble((received) => {
    switch (received.operation) {
      case 'DescribeTable':
        return { body: JSON.stringify({ Table: DESCRIPTION }) };
      case 'ListTables':
        return { body: JSON.stringify({ TableNames: ['things'] }) };
      default:
        return page(reads++, received);
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

/** A page of items with these ids; `more` says that another follows. */
export function pageOf(ids: readonly string[], more = false): Reply {
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
