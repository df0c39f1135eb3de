import {
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBArrayValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { intervalText } from './text-form.ts';
import type { Value } from './value.ts';
import { numberValue, trimmed } from './number-value.ts';

/** How NumberMode asks for exact decimals: as the shortest faithful JavaScript value, or always as digits. */
export type DecimalStyle = 'auto' | 'digits';

/** A converter for the values of one column of DuckDB's result. */
export function valueConverter(type: DuckDBType, decimals: DecimalStyle): (value: DuckDBValue) => Value {
  if (type.alias === 'JSON') return (value) => (typeof value === 'string' ? parseDocument(value) : null);
  return (value) => convert(value, decimals);
}

function convert(value: DuckDBValue, decimals: DecimalStyle): Value {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'object':
      return value === null ? null : convertObject(value, decimals);
    case 'undefined':
    case 'symbol':
    case 'function':
      throw new TypeError(`DuckDB has no value of type ${typeof value}`);
  }
}

function convertObject(value: NonNullable<DuckDBValue> & object, decimals: DecimalStyle): Value {
  if (value instanceof DuckDBDecimalValue) {
    const digits = value.toString();
    return decimals === 'digits' ? trimmed(digits) : numberValue(digits);
  }
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBIntervalValue) return intervalText(value.months, value.days, value.micros);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return dateOf(value.micros, value);
  if (value instanceof DuckDBTimestampMillisecondsValue) return dateOf(value.millis * 1000n, value);
  if (value instanceof DuckDBTimestampSecondsValue) return dateOf(value.seconds * 1_000_000n, value);
  if (value instanceof DuckDBTimestampNanosecondsValue) return dateOf(value.nanos / 1000n, value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map((item) => convert(item, decimals));
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, member]) => [name, convert(member, decimals)]),
    );
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(
      value.entries.map(({ key, value: member }) => [String(key), convert(member, decimals)]),
    );
  }
  // DATE, TIME, UUID, BIT …: as they print.
  return String(value);
}

/** Infinity and years beyond JavaScript's have no Date: they stay text. */
function dateOf(micros: bigint, printed: { toString(): string }): Value {
  const millis = Number(micros / 1000n);
  return Math.abs(millis) <= 8.64e15 ? new Date(millis) : printed.toString();
}

const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000number';

/** JSON text as a JavaScript value; numbers that a double cannot hold follow `numberValue`. */
export function parseDocument(text: string): Value {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : `{${JSON.stringify(MARK)}:"${token}"}`,
  );
  return JSON.parse(marked, (_, value: Value) => {
    const digits = isMarked(value) ? value[MARK] : undefined;
    return typeof digits === 'string' ? numberValue(digits) : value;
  });
}

function isMarked(value: Value): value is { readonly [MARK]: Value } {
  return value !== null && typeof value === 'object' && MARK in value;
}
