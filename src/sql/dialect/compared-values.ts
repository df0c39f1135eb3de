import type { Node } from 'libpg-query';
import { mapInside } from '../parse/tree.ts';

/** The values of a list or array, or the value itself, without NULL. */
export function flattenValues(node: Node): readonly Node[] {
  if ('A_Const' in node && node.A_Const.isnull === true) return [];
  const items = getItems(node);
  return items === undefined ? [node] : items.flatMap(flattenValues);
}

/** Changes the values of a list or array, or the value itself, but not NULL. */
export function mapValues(node: Node, change: (value: Node) => Node): Node {
  if ('A_Const' in node && node.A_Const.isnull === true) return node;
  return getItems(node) === undefined ? change(node) : mapInside(node, (item) => mapValues(item, change));
}

function getItems(node: Node): readonly Node[] | undefined {
  if ('List' in node) return node.List.items ?? [];
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : undefined;
}

/** The digits of a number literal. */
export function getDigits(value: Node): string | undefined {
  if (!('A_Const' in value)) return undefined;
  const { ival, fval } = value.A_Const;
  return ival === undefined ? fval?.fval : String(ival.ival ?? 0);
}
