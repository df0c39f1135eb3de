import type { AttributeMap, AttributeValue } from '../dynamo/attribute-value.ts';

/** Plain data to store as an item. Undefined members are left out; exact decimals are `{ decimal }`. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | { readonly decimal: string }
  | ReadonlySet<string>
  | readonly Plain[]
  | PlainMap;
export interface PlainMap {
  readonly [name: string]: Plain | undefined;
}

/** Converts plain data to DynamoDB's attribute values. */
export function toItem(plain: PlainMap): AttributeMap {
  const present = Object.entries(plain).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, toAttributeValue(value)] as const],
  );
  return Object.fromEntries(present);
}

/** Whole cents as an exact decimal. */
export function money(cents: number): { readonly decimal: string } {
  return { decimal: (cents / 100).toFixed(2) };
}

function toAttributeValue(value: Plain): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (isSet(value)) return { SS: [...value] };
  if (isList(value)) return { L: value.map(toAttributeValue) };
  return isDecimal(value) ? { N: value.decimal } : { M: toItem(value) };
}

function isSet(value: Plain & object): value is ReadonlySet<string> {
  return value instanceof Set;
}

function isList(value: Plain & object): value is readonly Plain[] {
  return Array.isArray(value);
}

function isDecimal(value: { readonly decimal: string } | PlainMap): value is { readonly decimal: string } {
  return 'decimal' in value && typeof value.decimal === 'string' && Object.keys(value).length === 1;
}
