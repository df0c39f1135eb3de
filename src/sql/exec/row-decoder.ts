import { isWholeItem, type ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { valueAt } from '../engine/fits.ts';
import { numberValue, plainDigits, trimmed } from '../types/number-value.ts';
import { plainItem, plainValue } from '../types/plain-document.ts';
import type { DecimalStyle } from '../types/result-value.ts';
import type { Value } from '../types/value.ts';

/** Reads one output column from an item in wire form. */
export type ColumnDecoder = (item: AttributeMap) => Value;

/**
 * Decoders for the direct path. A value of a type that sampling never saw is delivered as what it is: the same value
 * that a widened column would give.
 */
export function columnDecoder(column: ColumnDef, decimals: DecimalStyle): ColumnDecoder {
  if (isWholeItem(column)) return plainItem;
  const convert = converterFor(column, decimals);
  const [name, ...rest] = column.path;
  const find =
    rest.length === 0
      ? (item: AttributeMap) => item[name]
      : (item: AttributeMap) => valueAt(item, column.path);
  return (item) => {
    const value = find(item);
    return value === undefined ? null : convert(value);
  };
}

function converterFor(column: ColumnDef, decimals: DecimalStyle): (value: AttributeValue) => Value {
  switch (column.type.kind) {
    case 'text':
      return (value) => ('S' in value ? value.S : 'N' in value ? value.N : otherValue(value));
    case 'decimal':
      if (decimals === 'digits')
        return (value) => ('N' in value ? trimmed(plainDigits(value.N)) : otherValue(value));
      return (value) => ('N' in value ? numberValue(value.N) : otherValue(value));
    case 'bigint':
    case 'hugeint':
      return (value) => ('N' in value ? numberValue(value.N) : otherValue(value));
    case 'double':
      return (value) => ('N' in value ? Number(value.N) : otherValue(value));
    case 'boolean':
      return (value) => ('BOOL' in value ? value.BOOL : otherValue(value));
    case 'blob':
    case 'json':
      return column.type.kind === 'json' ? plainValue : otherValue;
  }
}

/** Outside documents binary is bytes. */
function otherValue(value: AttributeValue): Value {
  return 'B' in value ? new Uint8Array(Buffer.from(value.B, 'base64')) : plainValue(value);
}
