import { isWholeItem, type ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { findValue } from '../engine/fits.ts';
import { toNumberValue, expandExponent, trimFraction } from '../types/number-value.ts';
import { itemToPlainJson, toPlainItem, toPlainJson, toPlainValue } from '../types/plain-document.ts';
import { createTimeConverter, type TimeStyle } from './time-value.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { Value } from '../types/value.ts';

/** Reads one output column from an item in DynamoDB's wire format. */
export type ColumnDecoder = (item: AttributeMap) => Value;

/** How documents are returned: as JavaScript's values, or as JSON. */
export type DocumentStyle = 'value' | 'json';

/**
 * A decoder for the direct path. A value of a type that sampling did not see is returned as it is, like the value of a
 * widened column.
 */
export function createColumnDecoder(
  column: ColumnDef,
  decimals: DecimalStyle,
  times: TimeStyle = 'value',
  documents: DocumentStyle = 'value',
): ColumnDecoder {
  if (isWholeItem(column)) return documents === 'json' ? itemToPlainJson : toPlainItem;
  const convert =
    column.type.kind === 'json' && documents === 'json'
      ? toDocumentJson
      : chooseConverter(column, decimals, times);
  const [name, ...rest] = column.path;
  const find =
    rest.length === 0
      ? (item: AttributeMap) => item[name]
      : (item: AttributeMap) => findValue(item, column.path);
  return (item) => {
    const value = find(item);
    return value === undefined ? null : convert(value);
  };
}

function chooseConverter(
  column: ColumnDef,
  decimals: DecimalStyle,
  times: TimeStyle,
): (value: AttributeValue) => Value {
  switch (column.type.kind) {
    case 'text':
      return (value) => ('S' in value ? value.S : 'N' in value ? value.N : toOtherValue(value));
    case 'decimal':
    case 'number':
      if (decimals === 'digits')
        return (value) => ('N' in value ? trimFraction(expandExponent(value.N)) : toOtherValue(value));
      return (value) => ('N' in value ? toNumberValue(value.N) : toOtherValue(value));
    case 'bigint':
    case 'hugeint':
      return (value) => ('N' in value ? toNumberValue(value.N) : toOtherValue(value));
    case 'double':
      return (value) => ('N' in value ? Number(value.N) : toOtherValue(value));
    case 'boolean':
      return (value) => ('BOOL' in value ? value.BOOL : toOtherValue(value));
    case 'timestamptz':
    case 'timestamp':
    case 'date': {
      const convert = createTimeConverter(column.type, times);
      return (value) => convert(value) ?? toOtherValue(value);
    }
    case 'blob':
    case 'json':
      return column.type.kind === 'json' ? toPlainValue : toOtherValue;
  }
}

/** A value of a column of documents as JSON. */
export function toDocumentJson(value: AttributeValue): Value {
  return 'NULL' in value ? null : toPlainJson(value);
}

/** Binary is a Uint8Array at the top level, and base64 inside documents. */
function toOtherValue(value: AttributeValue): Value {
  return 'B' in value ? new Uint8Array(Buffer.from(value.B, 'base64')) : toPlainValue(value);
}
