import { requireStoredTime } from '../../catalog/stored-time.ts';
import type { ColumnDef, TimeType } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { fitsDouble, expandExponent } from '../types/number-value.ts';
import { storedAttributeType } from '../types/column-types.ts';

const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

/** Whether a column's type holds the value without rounding or dropping anything. */
export function fitsColumn(column: ColumnDef, value: AttributeValue): boolean {
  const wire = storedAttributeType(column);
  if (wire === undefined || 'NULL' in value) return true;
  if (!(wire in value)) return false;
  const { type } = column;
  if ('stored' in type) return readTime(type, value) !== undefined;
  if (!('N' in value)) return true;
  switch (type.kind) {
    case 'bigint':
      return isIntegerBelow(value.N, INT64);
    case 'hugeint':
      return isIntegerBelow(value.N, INT128);
    case 'decimal': {
      const [whole = '', fraction = ''] = expandExponent(value.N).replace('-', '').split('.');
      return fraction.length <= type.scale && whole.replace(/^0+/, '').length <= 38 - type.scale;
    }
    case 'number':
      return true;
    case 'double':
      return type.rounds === true || fitsDouble(value.N);
    case 'text':
    case 'boolean':
    case 'blob':
    case 'json':
      return true;
  }
}

/** The microseconds since 1970 of a stored date or timestamp; undefined if it does not have the column's form. */
export function readTime(type: TimeType, value: AttributeValue): bigint | undefined {
  const { attribute, read } = requireStoredTime(type.stored);
  if (attribute === 'N') return 'N' in value ? read(expandExponent(value.N)) : undefined;
  return 'S' in value ? read(value.S) : undefined;
}

function isIntegerBelow(digits: string, bound: bigint): boolean {
  const plain = expandExponent(digits);
  if (plain.includes('.')) return false;
  const value = BigInt(plain);
  return value < bound && value >= -bound;
}

/** The value at a column's path in an item; undefined if there is none. */
export function findValue(item: AttributeMap, path: ColumnDef['path']): AttributeValue | undefined {
  let value: AttributeValue | undefined = item[path[0]];
  for (const step of path.slice(1)) {
    if (value === undefined) return undefined;
    if (typeof step === 'number') value = 'L' in value ? value.L[step] : undefined;
    else value = 'M' in value ? value.M[step] : undefined;
  }
  return value;
}
