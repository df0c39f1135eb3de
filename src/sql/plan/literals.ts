import type { ColumnDef } from '../../catalog/table-def.ts';
import type { Literal } from '../../dynamo/expression/predicate.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { formatExactNumber } from '../types/exact-number.ts';
import { decodeNumberKey } from '../types/number-key.ts';
import { formatDigits, type PlanValue } from './plan-json.ts';

/** Converts a constant to the column's DynamoDB type; undefined if the comparison could differ from SQL's. */
export function toColumnLiteral(column: ColumnDef, constant: PlanValue): Literal | undefined {
  // DynamoDB compares all digits, a rounded double only some of them.
  if (column.type.kind === 'double' && column.type.rounds === true) return undefined;
  switch (column.type.kind) {
    case 'text':
      return storedAttributeType(column) === 'S' ? toStringLiteral(constant) : undefined;
    case 'bigint':
    case 'hugeint':
    case 'decimal':
    case 'double': {
      const digits = toDecimalText(constant);
      return digits !== undefined && isDynamoNumber(digits) ? { type: 'N', text: digits } : undefined;
    }
    case 'number':
      return toNumberLiteral(constant);
    case 'boolean':
      return typeof constant.value === 'boolean' ? { type: 'BOOL', value: constant.value } : undefined;
    case 'blob':
      return constant.type.id === 'BLOB' && typeof constant.value === 'string'
        ? { type: 'B', text: toBase64(constant.value) }
        : undefined;
    case 'json':
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return undefined;
  }
}

/** Numbers of any digits are compared by their keys. */
function toNumberLiteral({ type, value, is_null: isNull }: PlanValue): Literal | undefined {
  if (type.id !== 'VARCHAR' || typeof value !== 'string' || isNull === true) return undefined;
  const digits = formatExactNumber(decodeNumberKey(value));
  return isDynamoNumber(digits) ? { type: 'N', text: digits } : undefined;
}

/** The plan omits the value of an empty string. */
function toStringLiteral({ type, value = '', is_null: isNull }: PlanValue): Literal | undefined {
  const isText = type.id === 'VARCHAR' && typeof value === 'string' && isNull !== true;
  return isText ? { type: 'S', text: value } : undefined;
}

/** The digits of a numeric constant; undefined for all others. */
export function toDecimalText(constant: PlanValue): string | undefined {
  return NUMERIC.has(constant.type.id) && constant.is_null !== true ? formatDigits(constant) : undefined;
}

const NUMERIC: ReadonlySet<string> = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
  'DECIMAL',
  'DOUBLE',
  'FLOAT',
]);

/** Decimal digits: sign, whole part, fraction, exponent. */
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** DynamoDB accepts up to 38 significant digits, from 1E-130 to 9.99E+125. */
export function isDynamoNumber(text: string): boolean {
  const match = NUMBER.exec(text);
  if (match === null) return false;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const significant = `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '');
  const digitsBefore = whole.replace(/^0+/, '').length;
  const zerosAfter = digitsBefore === 0 ? fraction.length - fraction.replace(/^0+/, '').length : 0;
  const magnitude = digitsBefore - zerosAfter + Number(exponent);
  return significant.length <= 38 && Math.abs(magnitude) < 125;
}

/** DuckDB prints a blob as a string with `\xHH` for bytes that are not printable ASCII. */
function toBase64(printed: string): string {
  const bytes = printed.replaceAll(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('base64');
}
