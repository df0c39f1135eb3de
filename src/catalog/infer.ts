import type { AttributeType } from '../dynamo/attribute-value.ts';
import type { Histogram } from './histogram.ts';
import type { NumberProfile } from './number-profile.ts';
import { requireStoredTime } from './stored-time.ts';
import type { SqlType, TimeType } from './table-def.ts';

/** The property NumberMode. */
export type NumberMode = 'Auto' | 'Decimal' | 'Double' | 'String';

/** The precision of DuckDB's DECIMAL and of DynamoDB's numbers. */
const MAX_DIGITS = 38;
/** A double holds any decimal of up to 15 digits exactly. Its exponents cover DynamoDB's, -130 to 125. */
const DOUBLE_DIGITS = 15;
/** The scale of prices and rates. Longer fractions were computed, so that others may be longer still. */
const MAX_ENTERED_SCALE = 8;

/**
 * The narrowest SQL type that holds all of these values exactly. Without values, the type that a key declares, or else
 * text.
 */
export function inferType(seen: Histogram, mode: NumberMode, declared?: AttributeType): SqlType {
  const types = [...seen.types.keys()].filter((type) => type !== 'NULL');
  const [type = declared ?? 'S', ...others] = types;
  if (others.length > 0) return { kind: 'json' };

  switch (type) {
    case 'S':
    case 'NULL':
      return { kind: 'text' };
    case 'N':
      return inferNumberType(seen.numbers, mode);
    case 'BOOL':
      return { kind: 'boolean' };
    case 'B':
      return { kind: 'blob' };
    case 'M':
    case 'L':
    case 'SS':
    case 'NS':
    case 'BS':
      return { kind: 'json' };
  }
}

/** The type of dates or timestamps that all strings are; undefined if they have no common form, or there are other values. */
export function inferTimeType({ times, types }: Histogram): TimeType | undefined {
  if (typeof times !== 'string' || types.has('N')) return undefined;
  const { kind, pattern } = requireStoredTime(times);
  return { kind, stored: pattern };
}

function inferNumberType(numbers: NumberProfile, mode: NumberMode): SqlType {
  switch (mode) {
    case 'String':
      return { kind: 'text' };
    case 'Double':
      return numbers.significantDigits <= DOUBLE_DIGITS
        ? { kind: 'double' }
        : { kind: 'double', rounds: true };
    case 'Decimal':
      return inferDecimal(numbers) ?? { kind: 'number' };
    case 'Auto':
      break;
  }
  if (numbers.scale === 0 && numbers.inInt64) return { kind: 'bigint' };
  if (numbers.scale === 0 && numbers.inInt128) return { kind: 'hugeint' };
  return inferDecimal(numbers) ?? { kind: 'number' };
}

/** DECIMAL(38, scale), if it fits. Long fractions get half of the unused digits in addition. */
function inferDecimal({ integerDigits, scale }: NumberProfile): SqlType | undefined {
  const spare = MAX_DIGITS - integerDigits - scale;
  if (spare < 0) return undefined;
  return { kind: 'decimal', scale: scale > MAX_ENTERED_SCALE ? scale + Math.floor(spare / 2) : scale };
}
