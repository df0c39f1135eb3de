import type { Value } from '../types/value.ts';
import { elementType } from '../types/types.ts';
import { textFormatter } from '../types/format-value.ts';
import { formatArray, formatRecord, formatTimestamp } from '../types/text-format.ts';
import {
  DuckDBArrayValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { stripMarks } from '../types/document-marks.ts';
import { normalizeJson } from '../types/json-text.ts';
import { createValueConverter } from './result-value.ts';

/**
 * A converter for the values of one column of DuckDB's result into PostgreSQL's text format. Unlike JavaScript's values the
 * strings keep microseconds, the scale of decimals and the spelling of JSON.
 */
export function createTextConverter(
  type: DuckDBType,
  postgresType: string,
): (value: DuckDBValue) => string | null {
  if (type.alias === 'JSON')
    return (value) =>
      typeof value !== 'string' ? null : postgresType === 'jsonb' ? normalizeJson(value) : stripMarks(value);
  return createConverter(postgresType, createValueConverter(type, 'auto'));
}

function createConverter(
  postgresType: string,
  toValue: (value: DuckDBValue) => Value,
): (value: DuckDBValue) => string | null {
  const format = textFormatter(postgresType);
  const element = elementType(postgresType);
  const convertElement = element === undefined ? undefined : createConverter(element, toValue);
  const convertMember = postgresType === 'record' ? createConverter('text', toValue) : undefined;
  const zone = postgresType === 'timestamp with time zone' ? '+00' : '';
  const convert = (value: DuckDBValue): string | null => {
    if (value instanceof DuckDBDecimalValue) return value.toString();
    if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
      return formatTimestamp(value.micros, zone);
    if (convertMember !== undefined && value instanceof DuckDBStructValue)
      return formatRecord(Object.values(value.entries).map(convertMember));
    if (convertElement !== undefined && isList(value)) {
      const items = value.items.map((item) => (isList(item) ? convert(item) : convertElement(item)));
      return formatArray(items, value.items.some(isList));
    }
    return format(toValue(value));
  };
  return convert;
}

function isList(value: DuckDBValue): value is DuckDBListValue | DuckDBArrayValue {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue;
}
