/**
 * A value of a result in JavaScript. Numbers follow one rule everywhere: a `number` where it prints back to the same
 * digits, a `bigint` for integers beyond 2^53, else the digits as a string. BLOB is a Uint8Array, JSON is parsed,
 * TIMESTAMP is a Date, DATE, TIME, INTERVAL and UUID are text.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/** How NumberMode asks for exact decimals: as the shortest faithful JavaScript value, or always as digits. */
export type DecimalStyle = 'auto' | 'digits';
