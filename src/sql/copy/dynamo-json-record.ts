import { abbreviate } from '../../core/abbreviate.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { isTypedValue, parseMembers, readDynamoJsonItem } from '../write/json-attribute.ts';

/** A record of a file in DynamoDB's JSON format: an item, or a change of an incremental export. */
export type DynamoJsonRecord =
  | { readonly kind: 'item'; readonly item: AttributeMap }
  | {
      readonly kind: 'change';
      readonly key: AttributeMap;
      /** The item after the change; undefined if it was deleted. */
      readonly image: AttributeMap | undefined;
      readonly writtenAtMicros: number;
    };

type Members = Readonly<Record<string, unknown>>;

/** Members of a response of GetItem beside its item. */
const RESPONSE_MEMBERS: ReadonlySet<string> = new Set(['ConsumedCapacity', 'ResponseMetadata', '$metadata']);

/**
 * Parses an item, bare (`{"id":{"S":"x"}}`) or as an export and GetItem have it (`{"Item":{…}}`), or a change
 * (`{"Metadata":{"WriteTimestampMicros":{"N":"…"}},"Keys":{…},"NewImage":{…}}`).
 */
export function parseDynamoJsonRecord(text: string): DynamoJsonRecord {
  const members = parseMembers(text);
  const timestamp = readTimestamp(members['Metadata']);
  if (timestamp !== undefined) return readChange(members, timestamp, text);
  const { Item: inner, ...others } = members;
  const isWrapped =
    isObject(inner) &&
    !isTypedValue(inner) &&
    Object.entries(others).every(([name, value]) => RESPONSE_MEMBERS.has(name) && !isTypedValue(value));
  return { kind: 'item', item: readDynamoJsonItem(isWrapped ? inner : members, text) };
}

/** The time of a change in microseconds since 1970; undefined where Metadata is an attribute of an item. */
function readTimestamp(metadata: unknown): unknown {
  return isObject(metadata) && Object.hasOwn(metadata, 'WriteTimestampMicros')
    ? metadata['WriteTimestampMicros']
    : undefined;
}

function readChange(
  { Keys: key, NewImage: image }: Members,
  timestamp: unknown,
  text: string,
): DynamoJsonRecord {
  const digits: unknown = isObject(timestamp) ? timestamp['N'] : timestamp;
  const writtenAtMicros = typeof digits === 'string' || typeof digits === 'number' ? Number(digits) : NaN;
  if (!Number.isFinite(writtenAtMicros) || !isObject(key))
    throw new DriverError(
      'SQL_BAD_VALUE',
      `${abbreviate(text)} is not a change of an incremental export: it lacks ${isObject(key) ? 'a number in WriteTimestampMicros' : 'Keys'}`,
    );
  return {
    kind: 'change',
    key: readDynamoJsonItem(key, text),
    image: isObject(image) ? readDynamoJsonItem(image, text) : undefined,
    writtenAtMicros,
  };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
