import type { DeclaredType } from '../../catalog/declared-type.ts';
import type { DocumentPath, Predicate } from '../../dynamo/expression/predicate.ts';
import type { UpdateOperand } from '../../dynamo/write/item-write.ts';
import { negateExact, subtractExact } from '../types/exact-arithmetic.ts';
import {
  type ExactDecimal,
  formatExactNumber,
  parseExactNumber,
  pow10,
  trimScale,
} from '../types/exact-number.ts';

/** The integers and decimals that a type holds: multiples of 10^-scale from `min` to `max`. */
interface NumberRange {
  readonly scale: number;
  readonly min: ExactDecimal;
  readonly max: ExactDecimal;
}

function integers(bits: bigint): NumberRange {
  const bound = 2n ** bits;
  return { scale: 0, min: { unscaled: -bound, scale: 0 }, max: { unscaled: bound - 1n, scale: 0 } };
}

const INTEGERS: ReadonlyMap<string, NumberRange> = new Map([
  ['smallint', integers(15n)],
  ['integer', integers(31n)],
  ['bigint', integers(63n)],
]);

function findRange({ name, modifiers: [precision, scale = 0] }: DeclaredType): NumberRange | undefined {
  if (name !== 'numeric' || precision === undefined) return INTEGERS.get(name);
  const unscaled = pow10(precision) - 1n;
  return { scale, min: { unscaled: -unscaled, scale }, max: { unscaled, scale } };
}

/**
 * The conditions under which a sum that DynamoDB computes is a value of the column's declared type; undefined where no condition
 * tells, so that the engine has to compute it.
 */
export function sumConditions(
  declared: DeclaredType,
  path: DocumentPath,
  kind: 'plus' | 'minus',
  left: UpdateOperand,
  right: UpdateOperand,
): readonly Predicate[] | undefined {
  if (declared.name === 'numeric' && declared.modifiers.length === 0) return [];
  const range = findRange(declared);
  const [amount, column] = right.kind === 'value' ? [right, left] : [left, right];
  if (range === undefined || amount.kind !== 'value' || !('N' in amount.value)) return undefined;
  // A column that is subtracted from a constant would need the opposite bounds.
  if (kind === 'minus' && amount === left) return undefined;
  const isOwn =
    (column.kind === 'path' || column.kind === 'ifNotExists') &&
    JSON.stringify(column.path) === JSON.stringify(path);
  const exact = trimScale(parseExactNumber(amount.value.N) ?? 'NaN');
  if (!isOwn || typeof exact === 'string' || exact.scale > range.scale) return undefined;
  const change = kind === 'plus' ? exact : negateExact(exact);
  if (typeof change === 'string') return undefined;
  const grows = change.unscaled >= 0n;
  const bound = subtractExact(grows ? range.max : range.min, change);
  const within: Predicate = {
    kind: 'compare',
    path,
    op: grows ? '<=' : '>=',
    value: { type: 'N', text: formatExactNumber(bound) },
  };
  return column.kind === 'path'
    ? [within]
    : [{ kind: 'or', of: [within, { kind: 'attributeExists', path, negated: true }] }];
}
