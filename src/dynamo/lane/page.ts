import { DriverError } from '../../core/errors.ts';
import type { Key } from '../read/access-path.ts';
import type { AttributeMap } from '../attribute-value.ts';
import { cutArray } from '../json/cut-array.ts';
import { tryParseObject } from '../json/parse-object.ts';
import type { ReadOperation } from '../transport/client.ts';

/** Read capacity that a request consumed on a table or index. */
export interface Consumed {
  readonly table: string;
  readonly index?: string;
  readonly units: number;
}

/** The items of a response, undecoded, and its other members. */
export interface Page {
  /** A JSON array of items in DynamoDB's JSON format. */
  readonly items: Buffer;
  /** The parsed items, if the response had to be parsed. */
  readonly parsed?: readonly AttributeMap[];
  readonly count: number;
  readonly scannedCount: number;
  readonly lastKey?: AttributeMap;
  /** ExecuteStatement: the token of the next page. */
  readonly nextToken?: string;
  /** BatchGetItem: the keys to request again. */
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
  /** By table; for TransactGetItems one for each key. */
  readonly Responses?:
    | Readonly<Record<string, readonly AttributeMap[]>>
    | readonly { readonly Item?: AttributeMap }[];
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly Key[] }>>;
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

interface Parts {
  readonly envelope: Envelope;
  readonly items: Buffer | readonly AttributeMap[];
}

const ITEMS = Buffer.from('"Items":');
const EMPTY = Buffer.from('[]');

/**
 * Splits a response into its items and the rest. A page of Scan or Query, which may be large, is split without parsing its items;
 * the other responses are small and do not have the number of their items. Throws DYNAMO_MALFORMED.
 */
export function readEnvelope(operation: ReadOperation, bytes: Buffer): Page {
  const isPage = operation === 'Scan' || operation === 'Query';
  return toPage((isPage ? splitUnparsed(bytes) : undefined) ?? splitParsed(operation, bytes));
}

/** Splits without parsing the items; undefined if that is not possible. */
function splitUnparsed(bytes: Buffer): Parts | undefined {
  const object = cutArray(bytes, ITEMS);
  return object && { envelope: object.rest, items: object.array };
}

function splitParsed(operation: ReadOperation, bytes: Buffer): Parts {
  const envelope: Envelope | undefined = tryParseObject(bytes.toString());
  const items = envelope && extractItems(operation, envelope);
  if (envelope === undefined || !Array.isArray(items)) {
    throw new DriverError('DYNAMO_MALFORMED', `malformed response to ${operation} (${bytes.length} bytes)`);
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

function toPage({ envelope, items }: Parts): Page {
  const { LastEvaluatedKey: lastKey, NextToken: nextToken, UnprocessedKeys: left } = envelope;
  const count = envelope.Count ?? (Buffer.isBuffer(items) ? 0 : items.length);
  const scannedCount = envelope.ScannedCount ?? count;
  const consumed = toConsumed(envelope.ConsumedCapacity);
  const page = Buffer.isBuffer(items)
    ? { items, count, scannedCount, consumed }
    : new ParsedPage(items, count, scannedCount, consumed);
  // The common case, which a look-up depends on.
  if (lastKey === undefined && nextToken === undefined && left === undefined) return page;
  const unprocessed = left ? Object.values(left).flatMap(({ Keys }) => Keys ?? []) : [];
  return Object.assign(page, {
    ...(lastKey && Object.keys(lastKey).length > 0 && { lastKey }),
    ...(typeof nextToken === 'string' && { nextToken }),
    ...(unprocessed.length > 0 && { unprocessed }),
  });
}

/** A small page, whose items are converted to bytes on demand. A class, because object literals with a getter are slower to create. */
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
  const { TableName: table = '', CapacityUnits: total = 0, Table: base } = capacity;
  if (base === undefined) return [{ table, units: total }];
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = capacity;
  const tableUnits = { table, units: base.CapacityUnits ?? 0 };
  const indexUnits = Object.entries({ ...global, ...local }).map(([index, { CapacityUnits: units = 0 }]) => ({
    table,
    index,
    units,
  }));
  return [tableUnits, ...indexUnits].filter(({ units }) => units > 0);
}
