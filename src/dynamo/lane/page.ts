import { DriverError } from '../../core/errors.ts';
import type { Key } from '../read/access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import { cutArray } from '../json/cut-array.ts';
import { tryParseObject } from '../json/parse-object.ts';
import type { ReadOperation } from '../transport/client.ts';

/** Read capacity that one answer took from a table or one of its indexes. */
export interface Consumed {
  readonly table: string;
  readonly index?: string;
  readonly units: number;
}

/** What an answer says about its items, and the items as they came. */
export interface Page {
  /** JSON text: an array of items in DynamoDB's JSON, `[]` when there are none. */
  readonly items: Buffer;
  /** The same as values, where they were made on the way. */
  readonly parsed?: readonly AttributeMap[];
  readonly count: number;
  readonly scannedCount: number;
  readonly lastKey?: AttributeMap;
  /** ExecuteStatement: what the next page is asked for by. */
  readonly nextToken?: string;
  /** BatchGetItem: keys that must be asked for again. */
  readonly unprocessed?: readonly Key[];
  readonly consumed: readonly Consumed[];
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface ConsumedCapacity extends Capacity {
  readonly TableName?: string;
  readonly Table?: Capacity;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, Capacity>>;
  readonly LocalSecondaryIndexes?: Readonly<Record<string, Capacity>>;
}

interface Envelope {
  readonly Items?: readonly AttributeMap[];
  readonly Item?: AttributeMap;
  readonly Count?: number;
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: AttributeMap | null;
  readonly NextToken?: string | null;
  /** By table; of a transaction one for each key. */
  readonly Responses?:
    | Readonly<Record<string, readonly AttributeMap[]>>
    | readonly { readonly Item?: AttributeMap }[];
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly Key[] }>>;
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

interface Opened {
  readonly envelope: Envelope;
  readonly items: Buffer | readonly AttributeMap[];
}

const ITEMS = Buffer.from('"Items":');
const EMPTY = Buffer.from('[]');

/**
 * Splits an answer into its items and the rest. A page of Scan or Query, which may be large, is cut without a look
 * into its items; the others are small, and say how many items they have only when they are parsed.
 */
export function readEnvelope(operation: ReadOperation, bytes: Buffer): Page {
  const pages = operation === 'Scan' || operation === 'Query';
  return toPage((pages ? cut(bytes) : undefined) ?? openByParsing(operation, bytes));
}

/** The envelope and the bytes of its items; undefined if they cannot be told apart without parsing. */
function cut(bytes: Buffer): Opened | undefined {
  const object = cutArray(bytes, ITEMS);
  return object && { envelope: object.rest, items: object.array };
}

function openByParsing(operation: ReadOperation, bytes: Buffer): Opened {
  const envelope: Envelope | undefined = tryParseObject(bytes.toString());
  const items = envelope && extractItems(operation, envelope);
  if (envelope === undefined || !Array.isArray(items)) {
    throw new DriverError(
      'DYNAMO_MALFORMED',
      `The answer to ${operation} is not what DynamoDB answers (${bytes.length} bytes)`,
    );
  }
  return { envelope, items };
}

function extractItems(
  operation: ReadOperation,
  { Item, Items, Responses }: Envelope,
): readonly AttributeMap[] {
  switch (operation) {
    case 'GetItem':
      return Item === undefined ? [] : [Item];
    case 'BatchGetItem':
      return Array.isArray(Responses) ? [] : Object.values(Responses ?? {}).flat();
    case 'TransactGetItems':
      return Array.isArray(Responses) ? Responses.flatMap((response) => response.Item ?? []) : [];
    case 'Query':
    case 'Scan':
    case 'ExecuteStatement':
      return Items ?? [];
  }
}

function toPage({ envelope, items }: Opened): Page {
  const { LastEvaluatedKey: lastKey, NextToken: nextToken, UnprocessedKeys: left } = envelope;
  const count = envelope.Count ?? (Buffer.isBuffer(items) ? 0 : items.length);
  const scannedCount = envelope.ScannedCount ?? count;
  const consumed = toConsumed(envelope.ConsumedCapacity);
  const page = Buffer.isBuffer(items)
    ? { items, count, scannedCount, consumed }
    : new ParsedPage(items, count, scannedCount, consumed);
  // Most answers have none of these, and a look-up has no time to spare.
  if (lastKey === undefined && nextToken === undefined && left === undefined) return page;
  const unprocessed = left ? Object.values(left).flatMap(({ Keys }) => Keys ?? []) : [];
  return Object.assign(page, {
    ...(lastKey && Object.keys(lastKey).length > 0 && { lastKey }),
    ...(typeof nextToken === 'string' && { nextToken }),
    ...(unprocessed.length > 0 && { unprocessed }),
  });
}

/** A small page: the bytes of its items are made only for who asks for them. An object with a getter of its own takes longer to make. */
class ParsedPage implements Page {
  readonly parsed: readonly AttributeMap[];
  readonly count: number;
  readonly scannedCount: number;
  readonly consumed: readonly Consumed[];

  constructor(
    parsed: readonly AttributeMap[],
    count: number,
    scannedCount: number,
    consumed: readonly Consumed[],
  ) {
    this.parsed = parsed;
    this.count = count;
    this.scannedCount = scannedCount;
    this.consumed = consumed;
  }

  get items(): Buffer {
    return this.parsed.length === 0 ? EMPTY : Buffer.from(JSON.stringify(this.parsed));
  }
}

function toConsumed(capacity: Envelope['ConsumedCapacity']): readonly Consumed[] {
  if (capacity === undefined) return [];
  return 'length' in capacity ? capacity.flatMap(splitByIndex) : splitByIndex(capacity);
}

function splitByIndex(capacity: ConsumedCapacity): readonly Consumed[] {
  const { TableName: table = '', CapacityUnits: total = 0, Table: own } = capacity;
  if (own === undefined) return [{ table, units: total }];
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = capacity;
  const ofTable = { table, units: own.CapacityUnits ?? 0 };
  const ofIndexes = Object.entries({ ...global, ...local }).map(([index, { CapacityUnits: units = 0 }]) => ({
    table,
    index,
    units,
  }));
  return [ofTable, ...ofIndexes].filter(({ units }) => units > 0);
}
