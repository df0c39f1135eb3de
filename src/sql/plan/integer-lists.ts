import type { Node, SelectStmt } from 'libpg-query';
import { visitNodes } from '../parse/tree.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { Condition } from './table-read.ts';

/** The numbers of an IN list of consecutive integers, sorted. */
export type IntegerList = readonly bigint[];

/**
 * Finds the IN lists that DuckDB turns into ranges: those of consecutive integers. A partition key needs the list, as a
 * range is not a valid key condition for it.
 */
export function findIntegerLists(
  ast: SelectStmt,
  parameters: readonly ParameterLiteral[],
): readonly IntegerList[] {
  const lists: IntegerList[] = [];
  visitNodes({ SelectStmt: ast }, (node) => {
    if (!('A_Expr' in node) || (node.A_Expr.kind !== 'AEXPR_IN' && node.A_Expr.kind !== 'AEXPR_OP_ANY'))
      return;
    const values = node.A_Expr.rexpr && listValues(node.A_Expr.rexpr, parameters);
    if (values === undefined || !values.every((value) => value !== undefined)) return;
    const sorted = [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1));
    const [first] = sorted;
    if (first !== undefined && sorted.every((value, i) => value === first + BigInt(i))) lists.push(sorted);
  });
  return lists;
}

/** The values of `IN (…)` or `= ANY (ARRAY[…])`; undefined if they are not a list of constants. */
function listValues(
  list: Node,
  parameters: readonly ParameterLiteral[],
): readonly (bigint | undefined)[] | undefined {
  if ('ParamRef' in list) {
    const value = parameters[(list.ParamRef.number ?? 0) - 1];
    return value?.kind === 'array' ? value.items.map(literalToInteger) : undefined;
  }
  const items =
    'List' in list ? list.List.items : 'A_ArrayExpr' in list ? list.A_ArrayExpr.elements : undefined;
  return items?.map((item) => toInteger(item, parameters));
}

function literalToInteger(value: ParameterLiteral | undefined): bigint | undefined {
  return value?.kind === 'number' && /^-?\d+$/.test(value.text) ? BigInt(value.text) : undefined;
}

function toInteger(node: Node, parameters: readonly ParameterLiteral[]): bigint | undefined {
  if ('ParamRef' in node) return literalToInteger(parameters[(node.ParamRef.number ?? 0) - 1]);
  if ('A_Const' in node && node.A_Const.ival !== undefined) return BigInt(node.A_Const.ival.ival ?? 0);
  return undefined;
}

/** Turns `a >= 1 AND a <= 3` back into `a IN (1, 2, 3)` if the statement has that list. */
export function restoreLists(
  conditions: readonly Condition[],
  lists: readonly IntegerList[],
): readonly Condition[] {
  let restored = conditions;
  for (const list of lists) {
    const [low, high] = [list[0], list.at(-1)].map(String);
    for (const from of restored) {
      const path = boundPath(from, '>=', low);
      const to = path && restored.find((other) => boundPath(other, '<=', high) === path);
      if (
        path === undefined ||
        to === undefined ||
        !('predicate' in from) ||
        from.predicate?.kind !== 'compare'
      )
        continue;
      const values = list.map((value) => ({ type: 'N', text: String(value) }) as const);
      const condition: Condition = {
        text: `${path} IN (${list.join(', ')})`,
        predicate: { kind: 'in', path: from.predicate.path, values },
        exact: true,
      };
      restored = [...restored.filter((other) => other !== from && other !== to), condition];
      break;
    }
  }
  return restored;
}

/** The attribute that a condition compares with this number using this operator. */
function boundPath(
  { predicate, exact }: Condition,
  op: string,
  digits: string | undefined,
): string | undefined {
  if (!exact || predicate?.kind !== 'compare' || predicate.op !== op || predicate.path.length !== 1)
    return undefined;
  return predicate.value.type === 'N' && predicate.value.text === digits ? predicate.path[0] : undefined;
}
