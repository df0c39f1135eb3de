import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import type { TableDescription } from '../../src/catalog/describe.ts';
import type { DynamoClient } from '../../src/dynamo/transport/client.ts';

export interface FakeTable {
  readonly description?: Partial<TableDescription>;
  readonly items: readonly AttributeMap[];
  /** Items to a page. */
  readonly pageSize?: number;
}

export type FakeClient = Pick<DynamoClient, 'read' | 'listTables' | 'describeTable'> & {
  /** What was asked, in order: `DescribeTable orders`, `Scan orders 3/25`, `ListTables`. */
  readonly calls: string[];
};

/** Tables in memory behind the calls that the catalog makes. A segment holds every n-th item. */
export function fakeClient(
  tables: Readonly<Record<string, FakeTable>>,
  refuse: (call: string) => void = () => undefined,
): FakeClient {
  const calls: string[] = [];
  const called = async (call: string): Promise<void> => {
    calls.push(call);
    refuse(call);
  };
  return {
    calls,
    async listTables() {
      await called('ListTables');
      return Object.keys(tables);
    },
    async describeTable(name) {
      await called(`DescribeTable ${name}`);
      const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
      return (
        table && {
          TableName: name,
          TableStatus: 'ACTIVE',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          ItemCount: table.items.length,
          TableSizeBytes: JSON.stringify(table.items).length,
          ...table.description,
        }
      );
    },
    async read(operation, input) {
      const { TableName: name, Segment: segment = 0, TotalSegments: total = 1 } = input;
      const { Limit: limit, ExclusiveStartKey: startKey } = input;
      await called(`${operation} ${String(name)} ${String(segment)}/${String(total)}`);
      const table = tables[String(name)];
      const items = table?.items.filter((_, at) => at % Number(total) === Number(segment)) ?? [];
      const from = startKey === undefined ? 0 : Number((startKey as { at: { N: string } }).at.N);
      const to = from + Math.min(Number(limit ?? Infinity), table?.pageSize ?? Infinity);
      return Buffer.from(
        JSON.stringify({
          Items: items.slice(from, to),
          Count: items.slice(from, to).length,
          ScannedCount: items.slice(from, to).length,
          ConsumedCapacity: { TableName: name, CapacityUnits: 0.5 },
          ...(to < items.length && { LastEvaluatedKey: { at: { N: String(to) } } }),
        }),
      );
    },
  };
}
