import { type PlanType, formatScaled } from './plan-json.ts';

/** The values of a numeric type directly before and after a value; undefined if the type has none. */
export function adjacentNumbers(
  digits: string,
  type: PlanType,
): { readonly before: string; readonly after: string } | undefined {
  switch (type.id) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'HUGEINT':
      return decimalNeighbours(digits, 0);
    case 'DECIMAL':
      return decimalNeighbours(digits, type.type_info?.scale ?? 0);
    case 'DOUBLE': {
      const [before, after] = [nextDouble(Number(digits), -1n), nextDouble(Number(digits), 1n)];
      return Number.isFinite(before) && Number.isFinite(after)
        ? { before: String(before), after: String(after) }
        : undefined;
    }
    default:
      return undefined;
  }
}

function decimalNeighbours(digits: string, scale: number): { before: string; after: string } | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || fraction.length > scale) return undefined;
  const unscaled = BigInt(sign + whole + fraction.padEnd(scale, '0'));
  return { before: formatScaled(unscaled - 1n, scale), after: formatScaled(unscaled + 1n, scale) };
}

/** Doubles of the same sign are ordered like their bits. */
function nextDouble(value: number, direction: 1n | -1n): number {
  if (value === 0) return Number(direction) * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? direction : -direction));
  return view.getFloat64(0);
}
