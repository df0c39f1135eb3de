import { type Reply, serve } from './bare-server.ts';
import { PARTITION_KEY, SORT_KEY } from './replay-items.ts';
import { buildReplayData, type Cursor, type ReplayTable } from './replay-pages.ts';

/**
 * Serves DynamoDB's reads from pages that were serialized in advance, so that the client is measured and not the server.
 * Started as `replay-server.ts name=itemCount …`; prints its port. Tables named `unique…` have unique keys. Projections are not
 * applied, so that all clients decode the same bytes.
 */
const data = buildReplayData();
const tables = new Map(
  process.argv.slice(2).map((argument) => {
    const [name = '', count] = argument.split('=');
    return [name, data.table(name, Number(count))];
  }),
);

type Input = Readonly<Record<string, unknown>>;
type Parts = Reply['parts'];

const operations = new Map<string, (input: Input) => Parts>([
  ['ListTables', () => [JSON.stringify({ TableNames: [...tables.keys()] })]],
  ['DescribeTable', (input) => [JSON.stringify({ Table: describe(findTable(input)) })]],
  ['Scan', (input) => scan(findTable(input), input)],
  ['GetItem', getItem],
]);

class ServiceError extends Error {}

function scan(table: ReplayTable, input: Input): Parts {
  const { Segment = 0, TotalSegments = 1, Limit = Infinity } = input;
  const cursor = parseCursor(input['ExclusiveStartKey']) ?? { page: Number(Segment), offset: 0 };
  const { items, count, next } = table.page(cursor, Number(TotalSegments), Number(Limit));
  const capacity = formatCapacity(input, table.name, Math.ceil(items.length / 1.5 / 4096) / 2);
  const tail = next === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify(toStartKey(next))}`;
  const counts = `${tail},"ScannedCount":${count}}`;
  return input['Select'] === 'COUNT'
    ? [`{${capacity}"Count":${count}`, counts]
    : [`{${capacity}"Count":${count},"Items":[`, items, `]${counts}`];
}

function getItem(input: Input): Parts {
  const { name } = findTable(input);
  const { pk, sk } = input['Key'] as {
    readonly pk: { readonly S: string };
    readonly sk: { readonly N: string };
  };
  const item = data.item(pk.S, sk.N);
  const capacity = formatCapacity(input, name, 0.5);
  return item === undefined ? [`{${capacity.slice(0, -1)}}`] : [`{${capacity}"Item":`, item, '}'];
}

function formatCapacity(input: Input, table: string, units: number): string {
  const requested = input['ReturnConsumedCapacity'] ?? 'NONE';
  if (requested === 'NONE') return '';
  const detail = requested === 'INDEXES' ? { Table: { CapacityUnits: units } } : {};
  return `"ConsumedCapacity":${JSON.stringify({ TableName: table, CapacityUnits: units, ...detail })},`;
}

/** A key that no item has; it encodes the cursor. */
function toStartKey({ page, offset }: Cursor): unknown {
  return { [PARTITION_KEY]: { S: `page-${page}` }, [SORT_KEY]: { N: String(offset) } };
}

function parseCursor(startKey: unknown): Cursor | undefined {
  if (startKey === undefined) return undefined;
  const { pk, sk } = startKey as { pk: { S: string }; sk: { N: string } };
  return { page: Number(pk.S.slice('page-'.length)), offset: Number(sk.N) };
}

function findTable({ TableName: name }: Input): ReplayTable {
  const table = tables.get(String(name));
  if (table === undefined) throw new ServiceError('ResourceNotFoundException');
  return table;
}

function describe({ name, itemCount, sizeBytes }: ReplayTable): unknown {
  return {
    TableName: name,
    TableStatus: 'ACTIVE',
    KeySchema: [
      { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
      { AttributeName: SORT_KEY, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: PARTITION_KEY, AttributeType: 'S' },
      { AttributeName: SORT_KEY, AttributeType: 'N' },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ItemCount: itemCount,
    TableSizeBytes: sizeBytes,
  };
}

serve((operation, body) => {
  try {
    const run = operations.get(operation);
    if (run === undefined) throw new ServiceError('UnknownOperationException');
    return { status: 200, parts: run(JSON.parse(body.toString()) as Input) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const payload = { __type: `com.amazonaws.dynamodb.v20120810#${error.message}`, message: operation };
    return { status: 400, parts: [JSON.stringify(payload)] };
  }
});
