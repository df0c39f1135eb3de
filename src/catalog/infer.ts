import type { AttributeType } from '../dynamo/attribute-value.ts';
import type { Histogram } from './histogram.ts';
import type { NumberProfile } from './number-profile.ts';
import type { SqlType } from './table-def.ts';

/** How numbers become SQL types: see the property NumberMode. */
export type NumberMode = 'Auto' | 'Decimal' | 'Double' | 'String';

/** DuckDB's widest DECIMAL, which is also what DynamoDB keeps of a number. */
const MAX_DIGITS = 38;
/** A double gives back any decimal of so many digits. DynamoDB's exponents, -130 to 125, lie within a double's. */
const DOUBLE_DIGITS = 15;
/** Prices and rates stay below; what goes beyond was computed, and the next value may be finer still. */
const WRITTEN_SCALE = 8;

/**
 * The narrowest SQL type that holds every value seen, each to its last digit. Where nothing was seen, the type that
 * was declared for a key; where nothing was declared either, text.
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
      return numberType(seen.numbers, mode);
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

function numberType(numbers: NumberProfile, mode: NumberMode): SqlType {
  switch (mode) {
    case 'String':
      return { kind: 'text' };
    case 'Double':
      return numbers.significantDigits <= DOUBLE_DIGITS
        ? { kind: 'double' }
        : { kind: 'double', rounds: true };
    case 'Decimal':
      return decimal(numbers) ?? { kind: 'text' };
    case 'Auto':
      break;
  }
  if (numbers.scale === 0 && numbers.inInt64) return { kind: 'bigint' };
  if (numbers.scale === 0 && numbers.inInt128) return { kind: 'hugeint' };
  return decimal(numbers) ?? { kind: numbers.significantDigits <= DOUBLE_DIGITS ? 'double' : 'text' };
}

/** DECIMAL(38, scale) where there is room. Long fractions get half of the room that is left. */
function decimal({ integerDigits, scale }: NumberProfile): SqlType | undefined {
  const spare = MAX_DIGITS - integerDigits - scale;
  if (spare < 0) return undefined;
  return { kind: 'decimal', scale: scale > WRITTEN_SCALE ? scale + Math.floor(spare / 2) : scale };
}
