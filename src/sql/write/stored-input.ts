import type { TimeType } from '../../catalog/table-def.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';

/** A value to store, with as much of its type as the statement specifies. */
export type StoredInput =
  | { readonly kind: 'null' }
  /** DEFAULT: the attribute is left out. */
  | { readonly kind: 'missing' }
  /** A bare literal or parameter is untyped: it takes the type of its column, like PostgreSQL's unknown. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly untyped?: true;
      /** Of a date or timestamp: its microseconds since 1970 in UTC. The string ends at milliseconds. */
      readonly micros?: bigint | undefined;
      /** The type of `micros`, which a column of another type takes in the session's time zone. */
      readonly timeKind?: TimeType['kind'];
      /** Computed from the current time, which is rounded to what the column keeps. */
      readonly rounds?: boolean;
    }
  /** The decimal digits as written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `typed`: a document from inside DuckDB, with marks. */
  | { readonly kind: 'json'; readonly text: string; readonly typed?: true }
  | { readonly kind: 'array'; readonly items: readonly StoredInput[] }
  /** A value of one of DynamoDB's constructors or of another item. */
  | {
      readonly kind: 'attribute';
      readonly value: AttributeValue;
      /** Of a date or timestamp, whose column may have another form than the one it is written to. */
      readonly micros?: bigint | undefined;
      readonly timeKind?: TimeType['kind'] | undefined;
    };
