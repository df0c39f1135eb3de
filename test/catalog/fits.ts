import type { SqlType } from '../../src/catalog/table-def.ts';
import type { AttributeValue } from '../../src/dynamo/attribute-value.ts';
import { fractionOf } from './numbers.ts';

/** Whether a column of the type holds the value to its last digit, judged by exact arithmetic alone. */
export function fits(type: SqlType, value: AttributeValue): boolean {
  if ('NULL' in value || type.kind === 'json') return true;
  if ('S' in value) return type.kind === 'text';
  if ('BOOL' in value) return type.kind === 'boolean';
  if ('B' in value) return type.kind === 'blob';
  return 'N' in value && fitsNumber(type, value.N);
}

function fitsNumber(type: SqlType, text: string): boolean {
  const { numerator, denominator } = fractionOf(text);
  const whole = numerator % denominator === 0n;
  switch (type.kind) {
    case 'bigint':
      return whole && BigInt.asIntN(64, numerator / denominator) === numerator / denominator;
    case 'hugeint':
      return whole && BigInt.asIntN(128, numerator / denominator) === numerator / denominator;
    case 'decimal': {
      const scaled = numerator * 10n ** BigInt(type.scale);
      const size = scaled < 0n ? -scaled : scaled;
      return scaled % denominator === 0n && size / denominator < 10n ** 38n;
    }
    case 'double': {
      const back = fractionOf(String(Number(text)));
      return back.numerator * denominator === numerator * back.denominator;
    }
    case 'number':
    case 'text':
      return true;
    case 'boolean':
    case 'blob':
    case 'json':
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return false;
  }
}
