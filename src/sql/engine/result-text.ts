import { formatArray, formatRecord, formatTimestamp } from '../types/text-format.ts';
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { normalizeJson } from '../types/json-text.ts';
import { formatValue } from '../types/format-value.ts';
import { createValueConverter } from './result-value.ts';

/**
 * A converter for the values of one column of DuckDB's result into PostgreSQL's text form. Unlike a detour over JavaScript's values it
 * keeps microseconds, the scale of decimals and the spelling of JSON.
 */
export function createTextConverter(
  type: DuckDBType,
  postgresType: string,
): (value: DuckDBValue) => string | null {
  if (type.alias === 'JSON')
    return (value) =>
      typeof value !== 'string' ? null : postgresType === 'jsonb' ? normalizeJson(value) : value;
  const asValue = createValueConverter(type, 'auto');
  const convert = (value: DuckDBValue, kind: string): string | null => {
    if (value instanceof DuckDBDecimalValue) return value.toString();
    if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
      return formatTimestamp(value.micros, kind === 'timestamp with time zone' ? '+00' : '');
    if (value instanceof DuckDBBlobValue) return formatValue(value.bytes, kind);
    if (kind === 'record' && value instanceof DuckDBStructValue)
      return formatRecord(Object.values(value.entries).map((member) => convert(member, 'text')));
    if (isList(value) && kind.endsWith('[]')) {
      const items = value.items.map((item) => convert(item, isList(item) ? kind : kind.slice(0, -2)));
      return formatArray(items, value.items.some(isList));
    }
    return formatValue(asValue(value), kind);
  };
  return (value) => convert(value, postgresType);
}

function isList(value: DuckDBValue): value is DuckDBListValue | DuckDBArrayValue {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue;
}
