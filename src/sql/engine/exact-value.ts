import { DuckDBStructValue, structValue, type DuckDBValue } from '@duckdb/node-api';
import type { ExactNumber } from '../types/exact-number.ts';
import { decodeNumberKey, encodeNumberKey } from '../types/number-key.ts';

/** The value of DuckDB's type NUM that a number is. */
export function toExactValue(value: ExactNumber): DuckDBStructValue {
  return structValue({ n: encodeNumberKey(value), d: typeof value === 'string' ? 0 : value.scale });
}

/** The number that a value of DuckDB's type NUM is; undefined for every other value. */
export function toExactNumber(value: DuckDBValue): ExactNumber | undefined {
  if (!(value instanceof DuckDBStructValue)) return undefined;
  const { n, d, ...others } = value.entries;
  return typeof n === 'string' && typeof d === 'number' && Object.keys(others).length === 0
    ? decodeNumberKey(n, d)
    : undefined;
}
