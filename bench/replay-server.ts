import { type Reply, serve } from './bare-server.ts';
import { PARTITION_KEY, SORT_KEY } from './replay-items.ts';
import { buildReplayData, type Cursor, type ReplayTable } from './replay-pages.ts';

/**
 * A process that answers reads like DynamoDB from pages that stand ready in memory, so that what is measured is the
 * client. Started as `replay-server.ts name=itemCount …`; prints its port. Tables named `unique…` repeat no key. Projections are not applied: whole items
 * are sent to whoever asks, so that all clients decode the same bytes.
 */
const data = buildReplayData();
const tables = new Map(
  process.argv.slice(2).map((argument) => {
    const [name = '', count] = argument.split('=');
    return [name, data.table(name, Number(count))];
  }),
);

type Input = Readonly<Record<string, unknown>>;
type Answer = Reply['parts'];

const operations = new Map<string, (input: Input) => Answer>([
  ['ListTables', () => [JSON.stringify({ TableNames: [...tables.keys()] })]],
  ['DescribeTable', (input) => [JSON.stringify({ Table: describe(tableOf(input)) })]],
  ['Scan', (input) => scan(tableOf(input), input)],
  ['GetItem', getItem],
]);

class Refusal extends Error {}

function scan(table: ReplayTable, input: Input): Answer {
  const { Segment = 0, TotalSegments = 1, Limit = Infinity } = input;
  const cursor = cursorOf(input['ExclusiveStartKey']) ?? { page: Number(Segment), offset: 0 };
  const { items, count, next } = table.page(cursor, Number(TotalSegments), Number(Limit));
  const capacity = capacityOf(input, table.name, Math.ceil(items.length / 1.5 / 4096) / 2);
  const tail = next === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify(startKeyOf(next))}`;
  const counts = `${tail},"ScannedCount":${count}}`;
  return input['Select'] === 'COUNT'
    ? [`{${capacity}"Count":${count}`, counts]
    : [`{${capacity}"Count":${count},"Items":[`, items, `]${counts}`];
}

function getItem(input: Input): Answer {
  const { name } = tableOf(input);
  const { pk, sk } = input['Key'] as {
    readonly pk: { readonly S: string };
    readonly sk: { readonly N: string };
  };
  const item = data.item(pk.S, sk.N);
  const capacity = capacityOf(input, name, 0.5);
  return item === undefined ? [`{${capacity.slice(0, -1)}}`] : [`{${capacity}"Item":`, item, '}'];
}

function capacityOf(input: Input, table: string, units: number): string {
  const asked = input['ReturnConsumedCapacity'] ?? 'NONE';
  if (asked === 'NONE') return '';
  const detail = asked === 'INDEXES' ? { Table: { CapacityUnits: units } } : {};
  return `"ConsumedCapacity":${JSON.stringify({ TableName: table, CapacityUnits: units, ...detail })},`;
}

/** A key that no item has: it says where to go on, whatever the number of segments. */
function startKeyOf({ page, offset }: Cursor): unknown {
  return { [PARTITION_KEY]: { S: `page-${page}` }, [SORT_KEY]: { N: String(offset) } };
}

function cursorOf(startKey: unknown): Cursor | undefined {
  if (startKey === undefined) return undefined;
  const { pk, sk } = startKey as { pk: { S: string }; sk: { N: string } };
  return { page: Number(pk.S.slice('page-'.length)), offset: Number(sk.N) };
}

function tableOf({ TableName: name }: Input): ReplayTable {
  const table = tables.get(String(name));
  if (table === undefined) throw new Refusal('ResourceNotFoundException');
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
    if (run === undefined) throw new Refusal('UnknownOperationException');
    return { status: 200, parts: run(JSON.parse(body.toString()) as Input) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refusal = { __type: `com.amazonaws.dynamodb.v20120810#${error.message}`, message: operation };
    return { status: 400, parts: [JSON.stringify(refusal)] };
  }
});
