import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateOperand } from '../../dynamo/write/item-write.ts';
import { findValue } from '../engine/fits.ts';
import { addNumbers, negateNumber } from './add-numbers.ts';

/** An operand that only DynamoDB computes: a sum, or list_append of values that are not lists. */
export type UncomputableOperand = Extract<UpdateOperand, { kind: 'plus' | 'minus' | 'listAppend' }>;

/** The value of a SET operand for this item; `otherwise` decides about operands that only DynamoDB computes. */
export function evaluateOperand(
  item: AttributeMap,
  operand: UpdateOperand,
  otherwise: (operand: UncomputableOperand) => AttributeValue | undefined,
): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path':
      return findValue(item, operand.path);
    case 'ifNotExists':
      return findValue(item, operand.path) ?? evaluateOperand(item, operand.otherwise, otherwise);
    case 'plus':
    case 'minus':
      return otherwise(operand);
    case 'listAppend': {
      const left = evaluateOperand(item, operand.left, otherwise);
      const right = evaluateOperand(item, operand.right, otherwise);
      return left !== undefined && right !== undefined && 'L' in left && 'L' in right
        ? { L: [...left.L, ...right.L] }
        : otherwise(operand);
    }
  }
}

/** The value of such an operand as DynamoDB computes it; undefined where DynamoDB would refuse the update. */
export function computeOperand(
  item: AttributeMap,
  { kind, left, right }: UncomputableOperand,
): AttributeValue | undefined {
  const [a, b] = [left, right].map((side) =>
    evaluateOperand(item, side, (inner) => computeOperand(item, inner)),
  );
  if (kind === 'listAppend' || a === undefined || b === undefined || !('N' in a) || !('N' in b))
    return undefined;
  const sum = addNumbers(a.N, kind === 'plus' ? b.N : negateNumber(b.N));
  return sum === undefined ? undefined : { N: sum };
}
