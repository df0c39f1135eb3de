import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateOperand } from '../../dynamo/write/item-write.ts';
import { valueAt } from '../engine/fits.ts';

/** An operand that has no value here: sums, and lists that are none. */
export type Uncomputed = Extract<UpdateOperand, { kind: 'plus' | 'minus' | 'listAppend' }>;

/** What an operand of SET is in this item, as far as it can be told without DynamoDB; `otherwise` says what the rest is. */
export function operandValue(
  item: AttributeMap,
  operand: UpdateOperand,
  otherwise: (operand: Uncomputed) => AttributeValue | undefined,
): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path':
      return valueAt(item, operand.path);
    case 'ifNotExists':
      return valueAt(item, operand.path) ?? operandValue(item, operand.otherwise, otherwise);
    case 'plus':
    case 'minus':
      return otherwise(operand);
    case 'listAppend': {
      const left = operandValue(item, operand.left, otherwise);
      const right = operandValue(item, operand.right, otherwise);
      return left !== undefined && right !== undefined && 'L' in left && 'L' in right
        ? { L: [...left.L, ...right.L] }
        : otherwise(operand);
    }
  }
}
