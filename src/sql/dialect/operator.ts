import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';

/** Returns the parts of a binary or prefix expression, and undefined for every other node. */
export function matchOperator(node: Node):
  | {
      readonly operator: string;
      readonly left: Node | undefined;
      readonly right: Node;
      readonly location: number | undefined;
    }
  | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP' || node.A_Expr.rexpr === undefined)
    return undefined;
  return {
    operator: getStringValues(node.A_Expr.name).at(-1) ?? '',
    left: node.A_Expr.lexpr,
    right: node.A_Expr.rexpr,
    location: node.A_Expr.location,
  };
}
