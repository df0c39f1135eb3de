import type { AttributeValue } from '../../dynamo/attribute-value.ts';

/** A value on its way into an item, with as much of its type as the statement says. */
export type StoredInput =
  | { readonly kind: 'null' }
  /** DEFAULT: no attribute at all. */
  | { readonly kind: 'missing' }
  /** A bare literal or parameter is untyped, and takes on its column's type as PostgreSQL's unknown does. */
  | { readonly kind: 'text'; readonly text: string; readonly untyped?: true }
  /** Decimal digits, as they were written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly StoredInput[] }
  /** What one of DynamoDB's own constructors or another item gave. */
  | { readonly kind: 'attribute'; readonly value: AttributeValue };
