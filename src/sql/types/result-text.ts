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
import { arrayText } from './array-literal.ts';
import { normalJson } from './json-text.ts';
import { textForm, timestampText } from './text-form.ts';
import { valueConverter } from './result-value.ts';

/**
 * A converter for the values of one column of DuckDB's result into PostgreSQL's text form. Unlike a detour over JavaScript's values it
 * keeps microseconds, the scale of decimals and the spelling of JSON.
 */
export function textConverter(type: DuckDBType, postgresType: string): (value: DuckDBValue) => string | null {
  if (type.alias === 'JSON')
    return (value) =>
      typeof value !== 'string' ? null : postgresType === 'jsonb' ? normalJson(value) : value;
  const asValue = valueConverter(type, 'auto');
  const convert = (value: DuckDBValue, kind: string): string | null => {
    if (value instanceof DuckDBDecimalValue) return value.toString();
    if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
      return timestampText(value.micros, kind);
    if (value instanceof DuckDBBlobValue) return textForm(value.bytes, kind);
    if (kind === 'record' && value instanceof DuckDBStructValue)
      return recordText(Object.values(value.entries).map((member) => convert(member, 'text')));
    if (isList(value) && kind.endsWith('[]')) {
      const items = value.items.map((item) => convert(item, isList(item) ? kind : kind.slice(0, -2)));
      return arrayText(items, value.items.some(isList));
    }
    return textForm(asValue(value), kind);
  };
  return (value) => convert(value, postgresType);
}

function isList(value: DuckDBValue): value is DuckDBListValue | DuckDBArrayValue {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue;
}

/** A row without names, `(4,"a b",)`: NULL is nothing, text is quoted where it must be. */
function recordText(fields: readonly (string | null)[]): string {
  const printed = fields.map((field) =>
    field === null
      ? ''
      : field === '' || /[(),"\\\s]/.test(field)
        ? `"${field.replace(/["\\]/g, '$&$&')}"`
        : field,
  );
  return `(${printed.join(',')})`;
}
