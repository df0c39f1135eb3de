import type { A_Expr, Node, SelectStmt } from 'libpg-query';
import { cast } from '../dialect/build.ts';
import { getStringValue, mapInside, mapNodes } from '../parse/tree.ts';
import type { QueryTypes } from './expression-types.ts';

/** Operators of jsonb that change a document. */
const CHANGING: ReadonlySet<string> = new Set(['||', '-', '#-']);

/** The types of text, beside which `||` means the text of a document. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name']);

/** Converts columns of documents to jsonb where an operator changes them, because PostgreSQL's json has no such operators. */
export function castChangedDocuments(select: SelectStmt, types: QueryTypes): SelectStmt {
  const change = (node: Node): Node => {
    const changed = mapInside(node, change);
    return 'A_Expr' in changed && 'A_Expr' in node
      ? castOperands(changed, changed.A_Expr, node.A_Expr, types)
      : changed;
  };
  return mapNodes(select, change);
}

function castOperands(node: Node, expression: A_Expr, original: A_Expr, types: QueryTypes): Node {
  const operator = getStringValue(expression.name?.at(-1)) ?? '';
  const { lexpr, rexpr } = original;
  if (expression.kind !== 'AEXPR_OP' || !CHANGING.has(operator)) return node;
  if (lexpr === undefined || rexpr === undefined) return node;
  const changed = operator === '||' ? [lexpr, rexpr] : [lexpr];
  if (!changed.some(types.isDocumentColumn)) return node;
  if (operator === '||' && changed.some((side) => TEXTS.has(types.typeOf(side) ?? ''))) return node;
  const convert = (side: Node | undefined, before: Node): Node | undefined =>
    side !== undefined && changed.includes(before) && types.typeOf(before) === 'json'
      ? cast(side, 'jsonb')
      : side;
  const [left, right] = [convert(expression.lexpr, lexpr), convert(expression.rexpr, rexpr)];
  return {
    A_Expr: { ...expression, ...(left && { lexpr: left }), ...(right && { rexpr: right }) },
  };
}
