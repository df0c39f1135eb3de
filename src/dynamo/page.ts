import { DriverError } from '../core/errors.ts';
import type { Key } from './access-path.ts';
import type { AttributeMap } from './attribute-value.ts';
import type { ReadOperation } from './client.ts';

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
  readonly count: number;
  readonly scannedCount: number;
  readonly lastKey?: AttributeMap;
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
  readonly Items?: readonly unknown[];
  readonly Item?: object;
  readonly Count?: number;
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: AttributeMap;
  readonly Responses?: Readonly<Record<string, readonly unknown[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly Key[] }>>;
  readonly ConsumedCapacity?: ConsumedCapacity | readonly ConsumedCapacity[];
}

interface Opened {
  readonly envelope: Envelope;
  readonly items: Buffer;
  /** Known where the items were parsed on the way. */
  readonly count?: number;
}

const EMPTY = Buffer.from('[]');
/** More doubtful places than this are not worth trying one by one. */
const MOST_TRIES = 8;
const [QUOTE, COLON, COMMA, OPENING_BRACE, CLOSING_BRACE, OPENING_BRACKET, CLOSING_BRACKET] =
  Buffer.from('":,{}[]');

/** Splits an answer into its items, left as text, and the rest. Parses everything only where it must. */
export function readEnvelope(operation: ReadOperation, bytes: Buffer): Page {
  return toPage(open(operation, bytes) ?? openByParsing(operation, bytes));
}

function open(operation: ReadOperation, bytes: Buffer): Opened | undefined {
  // Only an answer without white space: `],"` then marks the end of an array wherever it is not text.
  if (bytes[0] !== OPENING_BRACE || bytes[1] !== QUOTE) return undefined;
  switch (operation) {
    case 'Scan':
    case 'Query':
      return cutArray(bytes, '"Items":[', ({ Items }) => Items);
    case 'BatchGetItem':
      return cutBatch(bytes);
    case 'GetItem':
      return cutItem(bytes);
  }
}

/** The array of items and the envelope without it, or nothing when there is any doubt. */
function cutArray(
  bytes: Buffer,
  opening: string,
  arrayOf: (envelope: Envelope) => readonly unknown[] | undefined,
): Opened | undefined {
  let at = bytes.indexOf(opening);
  if (at < 0) return undefined;
  const start = at + opening.length - 1;
  const head = bytes.toString('utf8', 0, start + 1);
  let end = bytes.length;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    end = lastArrayEnd(bytes, start, end);
    if (end < 0) return undefined;
    // Valid only if the head ends where a value of the envelope starts, and if the tail closes as much as the head
    // opened. A tail that starts inside a text has an odd number of quotes and is never valid.
    const envelope = parsed(head + bytes.toString('utf8', end));
    if (envelope === undefined) continue;
    if (arrayOf(envelope)?.length !== 0 || hidesAnEnd(bytes, start, end)) return undefined;
    return { envelope, items: bytes.subarray(start, end + 1) };
  }
  return undefined;
}

function cutBatch(bytes: Buffer): Opened | undefined {
  const opening = '"Responses":{"';
  const at = bytes.indexOf(opening);
  if (at < 0) return undefined;
  const nameEnd = bytes.indexOf('"', at + opening.length);
  if (nameEnd < 0) return undefined;
  const marker = bytes.toString('utf8', at, nameEnd) + '":[';
  const opened = cutArray(bytes, marker, ({ Responses }) => {
    const tables = Object.values(Responses ?? {});
    return tables.length === 1 ? tables[0] : undefined;
  });
  // The answer does not say how many items it has, and there are at most a hundred.
  const items = opened && parsedArray(opened.items.toString());
  return items && { ...opened, count: items.length };
}

/** The item of a GetItem, where nothing but ConsumedCapacity can follow it. */
function cutItem(bytes: Buffer): Opened | undefined {
  const opening = '"Item":{';
  const at = bytes.indexOf(opening);
  if (at < 0) return undefined;
  const start = at + opening.length - 1;
  const head = bytes.toString('utf8', 0, start + 1);
  const after = bytes.lastIndexOf(',"ConsumedCapacity":{"');
  const end = after > start ? after - 1 : bytes.length - 2;
  if (bytes[end] !== CLOSING_BRACE) return undefined;
  const envelope = parsed(head + bytes.toString('utf8', end));
  if (envelope?.ConsumedCapacity === undefined || envelope.Item === undefined) return undefined;
  if (Object.keys(envelope).length !== 2 || Object.keys(envelope.Item).length !== 0) return undefined;
  const items = Buffer.allocUnsafe(end - start + 3);
  bytes.copy(items, 1, start, end + 1);
  items[0] = OPENING_BRACKET ?? 0;
  items[items.length - 1] = CLOSING_BRACKET ?? 0;
  return { envelope, items, count: 1 };
}

/** The last `]` before `before` that could end an array in an object. */
function lastArrayEnd(bytes: Buffer, start: number, before: number): number {
  let end = before;
  while (end > start) {
    end = bytes.lastIndexOf(']', end - 1);
    const next = bytes[end + 1];
    if (next === CLOSING_BRACE || (next === COMMA && bytes[end + 2] === QUOTE)) return end > start ? end : -1;
  }
  return -1;
}

/**
 * Whether another array of the envelope may end between: in items, a list always ends its value, so that `],"` is
 * text there, and the quote is the end of that text.
 */
function hidesAnEnd(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes.indexOf('],"', start); at >= 0 && at < end; at = bytes.indexOf('],"', at + 1)) {
    const next = bytes[at + 3];
    if (next !== CLOSING_BRACE && next !== COMMA && next !== CLOSING_BRACKET && next !== COLON) return true;
  }
  return false;
}

function openByParsing(operation: ReadOperation, bytes: Buffer): Opened {
  const envelope = parsed(bytes.toString());
  if (envelope === undefined) {
    throw new DriverError(
      'DYNAMO_MALFORMED',
      `The answer to ${operation} is no JSON object (${bytes.length} bytes)`,
    );
  }
  const items =
    operation === 'GetItem'
      ? [envelope.Item].filter((item) => item !== undefined)
      : operation === 'BatchGetItem'
        ? Object.values(envelope.Responses ?? {}).flat()
        : (envelope.Items ?? []);
  return {
    envelope,
    items: items.length === 0 ? EMPTY : Buffer.from(JSON.stringify(items)),
    count: items.length,
  };
}

function toPage({ envelope, items, count }: Opened): Page {
  const { LastEvaluatedKey: lastKey, UnprocessedKeys: left, ConsumedCapacity: capacity } = envelope;
  const found = envelope.Count ?? count ?? 0;
  const unprocessed = left && Object.values(left).flatMap(({ Keys }) => Keys ?? []);
  return {
    items,
    count: found,
    scannedCount: envelope.ScannedCount ?? found,
    ...(lastKey !== undefined && { lastKey }),
    ...(unprocessed !== undefined && unprocessed.length > 0 && { unprocessed }),
    consumed: capacity === undefined ? [] : [capacity].flat().flatMap(consumedBy),
  };
}

function consumedBy(capacity: ConsumedCapacity): readonly Consumed[] {
  const { TableName: table = '', CapacityUnits: total = 0, Table: own } = capacity;
  if (own === undefined) return [{ table, units: total }];
  const indexes = { ...capacity.GlobalSecondaryIndexes, ...capacity.LocalSecondaryIndexes };
  return [
    { table, units: own.CapacityUnits ?? 0 },
    ...Object.entries(indexes).map(([index, { CapacityUnits: units = 0 }]) => ({ table, index, units })),
  ].filter(({ units }) => units > 0);
}

function parsed(text: string): Envelope | undefined {
  const value = parseJson(text);
  return isEnvelope(value) ? value : undefined;
}

function parsedArray(text: string): readonly unknown[] | undefined {
  const value = parseJson(text);
  return Array.isArray(value) ? value : undefined;
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for what is no JSON: here that is an answer, not a failure. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
