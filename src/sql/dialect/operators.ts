import type { A_Expr, Node } from 'libpg-query';
import { textsOf } from '../parse/tree.ts';
import { arrayElements } from './array-literal.ts';
import { call, not } from './build.ts';
import { operatorOf } from './operator.ts';
import type { Rewrite } from './types.ts';

const PREFIX: ReadonlyMap<string, string> = new Map([
  ['|/', 'sqrt'],
  ['||/', 'cbrt'],
]);

/** Operators that DuckDB spells as functions, or has not. */
export const operatorRewrites: readonly Rewrite[] = [
  {
    name: 'roots and exclusive or',
    why: 'DuckDB has no operators |/, ||/ and #.',
    apply: (node) => {
      const expression = operatorOf(node);
      if (expression === undefined) return undefined;
      const { operator, left, right } = expression;
      if (operator === '#' && left !== undefined) return call('xor', [left, right]);
      const root = left === undefined ? PREFIX.get(operator) : undefined;
      return root === undefined ? undefined : call(root, [right]);
    },
  },
  {
    name: 'membership in an array',
    why: 'DuckDB unnests the array in a subquery; an IN list says the same and can be pushed down.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, name, rexpr } = node.A_Expr;
      const operator = textsOf(name).at(-1);
      const isIn = kind === 'AEXPR_OP_ANY' && operator === '=';
      if (!isIn && !(kind === 'AEXPR_OP_ALL' && operator === '<>')) return undefined;
      const items = elementsOf(rexpr);
      if (items === undefined) return undefined;
      if (items.length === 0) return { A_Const: { boolval: { boolval: !isIn } } };
      return { A_Expr: { ...node.A_Expr, kind: 'AEXPR_IN', rexpr: { List: { items } } } };
    },
  },
  {
    name: 'BETWEEN SYMMETRIC',
    why: 'DuckDB knows BETWEEN with the lower bound first only.',
    apply: (node) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, lexpr, rexpr } = node.A_Expr;
      if (kind !== 'AEXPR_BETWEEN_SYM' && kind !== 'AEXPR_NOT_BETWEEN_SYM') return undefined;
      const [low, high] = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
      if (lexpr === undefined || low === undefined || high === undefined) return undefined;
      const either: Node = {
        BoolExpr: { boolop: 'OR_EXPR', args: [between(lexpr, low, high), between(lexpr, high, low)] },
      };
      return kind === 'AEXPR_BETWEEN_SYM' ? either : not(either);
    },
  },
];

/** The elements of an array that is written out, cast or not. */
function elementsOf(array: Node | undefined): Node[] | undefined {
  if (array === undefined) return undefined;
  if ('A_ArrayExpr' in array) return array.A_ArrayExpr.elements ?? [];
  if (!('TypeCast' in array)) return arrayElements(array);
  const { arg, typeName } = array.TypeCast;
  if (typeName?.arrayBounds?.length !== 1 || arg === undefined || !('A_ArrayExpr' in arg)) return undefined;
  const { arrayBounds: _, ...element } = typeName;
  return arg.A_ArrayExpr.elements?.map((each) => ({ TypeCast: { arg: each, typeName: element } })) ?? [];
}

function between(value: Node, low: Node, high: Node): Node {
  const expression: A_Expr = { kind: 'AEXPR_BETWEEN', lexpr: value, rexpr: { List: { items: [low, high] } } };
  return { A_Expr: expression };
}
