import type { DecimalStyle, Value } from '../types/value.ts';
import { parseEngineDocument } from '../types/json-text.ts';
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { formatDate, formatInterval } from '../types/text-format.ts';
import { formatExactNumber } from '../types/exact-number.ts';
import { toPreciseDate } from '../types/precise-date.ts';
import { toExactNumber } from './exact-value.ts';
import { toNumberValue, trimFraction } from '../types/number-value.ts';

/** A converter for the values of one column of DuckDB's result. */
export function createValueConverter(
  type: DuckDBType,
  decimals: DecimalStyle,
): (value: DuckDBValue) => Value {
  return createDocumentConverter(type, decimals) ?? ((value) => convert(value, decimals));
}

/** A converter for documents, and for arrays and rows that have some; undefined for other types. */
function createDocumentConverter(
  type: DuckDBType,
  decimals: DecimalStyle,
): ((value: DuckDBValue) => Value) | undefined {
  if (type.alias === 'JSON')
    return (value) => (typeof value === 'string' ? parseEngineDocument(value) : null);
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const convertItem = createDocumentConverter(type.valueType, decimals);
    return convertItem && ((value) => (isList(value) ? value.items.map(convertItem) : null));
  }
  if (type instanceof DuckDBStructType) {
    const members = type.entryTypes.map((each) => createDocumentConverter(each, decimals));
    if (!members.some((member) => member !== undefined)) return undefined;
    return (value) =>
      value instanceof DuckDBStructValue
        ? Object.fromEntries(
            type.entryNames.map((name, i) => {
              const member = value.entries[name] ?? null;
              return [name, members[i]?.(member) ?? convert(member, decimals)];
            }),
          )
        : null;
  }
  return undefined;
}

/** Whether a value is a list of DuckDB's. */
export function isList(value: DuckDBValue): value is DuckDBListValue | DuckDBArrayValue {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue;
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
    return decimals === 'digits' ? trimFraction(digits) : toNumberValue(digits);
  }
  const number = toExactNumber(value);
  if (number !== undefined) {
    const digits = formatExactNumber(number);
    return decimals === 'digits' ? trimFraction(digits) : toNumberValue(digits);
  }
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBIntervalValue) return formatInterval(value.months, value.days, value.micros);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return toDate(value.micros, value);
  if (value instanceof DuckDBTimestampMillisecondsValue) return toDate(value.millis * 1000n, value);
  if (value instanceof DuckDBTimestampSecondsValue) return toDate(value.seconds * 1_000_000n, value);
  if (value instanceof DuckDBTimestampNanosecondsValue) return toDate(value.nanos / 1000n, value);
  if (isList(value)) return value.items.map((item) => convert(item, decimals));
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
  if (value instanceof DuckDBDateValue)
    return value.isFinite ? formatDate(value.days) : value.days > 0 ? 'infinity' : '-infinity';
  // TIME, UUID, BIT … stay strings.
  return String(value);
}

const MAX_DATE_MICROS = 8.64e18;

/** Infinity and years beyond JavaScript's range have no Date: they stay strings. */
function toDate(micros: bigint, printed: { toString(): string }): Value {
  return Math.abs(Number(micros)) <= MAX_DATE_MICROS ? toPreciseDate(micros) : printed.toString();
}
