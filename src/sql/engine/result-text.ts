import { elementType } from '../types/types.ts';
import { textFormatter } from '../types/format-value.ts';
import { formatArray, formatRecord, formatTimestamp } from '../types/text-format.ts';
import {
  DuckDBDecimalValue,
  DuckDBArrayType,
  DuckDBListType,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { formatInstant } from '../types/format-instant.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { formatNumber, type NumberScale, STORED_SCALE } from '../types/number-text.ts';
import { stripMarks } from '../types/document-marks.ts';
import { normalizeJson } from '../types/json-text.ts';
import { formatExactNumber } from '../types/exact-number.ts';
import { toExactNumber } from './exact-value.ts';
import { createValueConverter, isList } from './result-value.ts';

/** The digits of DuckDB's widest DECIMAL. */
const MAX_WIDTH = 38;

/**
 * A converter for the values of one column of DuckDB's result into PostgreSQL's text format. Unlike JavaScript's values the
 * strings keep microseconds, the scale of decimals and the spelling of JSON. `scale` is that of a numeric column; timestamps are in the session's time zone.
 */
export function createTextConverter(
  type: DuckDBType,
  postgresType: string,
  scale?: NumberScale,
  timeZone?: TimeZone,
): (value: DuckDBValue) => string | null {
  if (type.alias === 'JSON')
    return (value) =>
      typeof value !== 'string' ? null : postgresType === 'jsonb' ? normalizeJson(value) : stripMarks(value);
  const format = textFormatter(postgresType);
  const element = elementType(postgresType);
  const toValue = createValueConverter(type, 'auto');
  const convertElement =
    element === undefined
      ? undefined
      : createTextConverter(getItemType(type) ?? type, element, scale, timeZone);
  const convertMembers =
    postgresType === 'record' && type instanceof DuckDBStructType
      ? type.entryTypes.map((each) => createTextConverter(each, 'text', undefined, timeZone))
      : undefined;
  const convert = (value: DuckDBValue): string | null => {
    if (value instanceof DuckDBDecimalValue) return formatDecimal(value, scale);
    const number = toExactNumber(value);
    if (number !== undefined) return formatExactNumber(number);
    if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
      return postgresType === 'timestamp with time zone'
        ? formatInstant(value.micros, timeZone)
        : formatTimestamp(value.micros, '');
    if (convertMembers !== undefined && value instanceof DuckDBStructValue)
      return formatRecord(
        Object.values(value.entries).map((member, i) => convertMembers[i]?.(member) ?? null),
      );
    if (convertElement !== undefined && isList(value)) {
      const items = value.items.map((item) => (isList(item) ? convert(item) : convertElement(item)));
      return formatArray(items, value.items.some(isList));
    }
    const text = format(toValue(value));
    return text !== null && scale !== undefined && postgresType === 'numeric'
      ? formatNumber(text, scale)
      : text;
  };
  return convert;
}

/** Columns of tables have the greatest width; their scale comes from a sample, so that its zeros are not DynamoDB's. */
function formatDecimal(value: DuckDBDecimalValue, scale: NumberScale | undefined): string {
  const digits = value.toString();
  if (scale === undefined && value.width < MAX_WIDTH) return digits;
  return formatNumber(digits, scale ?? STORED_SCALE);
}

/** The type of the items of an array in any number of dimensions; undefined for other types. */
function getItemType(type: DuckDBType): DuckDBType | undefined {
  return type instanceof DuckDBListType || type instanceof DuckDBArrayType
    ? (getItemType(type.valueType) ?? type.valueType)
    : undefined;
}
