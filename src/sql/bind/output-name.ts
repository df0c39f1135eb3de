import type { Node, SelectStmt } from 'libpg-query';
import { getStringValue, getStringValues } from '../parse/tree.ts';
import { TRY_CAST } from '../parse/try-casts.ts';

interface Named {
  readonly name: string;
  /** A weak name (that of a type, or `case`) yields to one found deeper in the expression. */
  readonly weak: boolean;
}

/** PostgreSQL's name for a result column without an alias. */
export function inferOutputName(node: Node): string {
  return inferName(node)?.name ?? '?column?';
}

function inferName(node: Node | undefined): Named | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) return strong(node.ColumnRef.fields?.findLast((field) => 'String' in field));
  if ('FuncCall' in node) {
    const name = getStringValues(node.FuncCall.funcname).at(-1) ?? '';
    return name === TRY_CAST ? inferName(node.FuncCall.args?.[0]) : { name, weak: false };
  }
  if ('TypeCast' in node) {
    const inner = inferName(node.TypeCast.arg);
    if (inner !== undefined && !inner.weak) return inner;
    const type = getStringValues(node.TypeCast.typeName?.names).at(-1);
    return type === undefined ? inner : { name: type, weak: true };
  }
  if ('A_Indirection' in node)
    return (
      strong(node.A_Indirection.indirection?.findLast((field) => 'String' in field)) ??
      inferName(node.A_Indirection.arg)
    );
  if ('CollateClause' in node) return inferName(node.CollateClause.arg);
  if ('CaseExpr' in node) {
    const last = inferName(node.CaseExpr.defresult);
    return last !== undefined && !last.weak ? last : { name: 'case', weak: true };
  }
  if ('A_Expr' in node)
    return node.A_Expr.kind === 'AEXPR_NULLIF' ? { name: 'nullif', weak: false } : undefined;
  if ('SubLink' in node) {
    if (node.SubLink.subLinkType === 'EXISTS_SUBLINK') return { name: 'exists', weak: false };
    if (node.SubLink.subLinkType === 'ARRAY_SUBLINK') return { name: 'array', weak: false };
    const query = node.SubLink.subselect;
    return node.SubLink.subLinkType === 'EXPR_SUBLINK' && query !== undefined && 'SelectStmt' in query
      ? inferQueryName(query.SelectStmt)
      : undefined;
  }
  if ('SQLValueFunction' in node)
    return { name: (node.SQLValueFunction.op ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase(), weak: false };
  const fixed = FIXED.find(([kind]) => kind in node)?.[1];
  if (fixed !== undefined) return { name: fixed, weak: false };
  if ('MinMaxExpr' in node)
    return { name: node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest', weak: false };
  return undefined;
}

const FIXED: readonly (readonly [string, string])[] = [
  ['CoalesceExpr', 'coalesce'],
  ['A_ArrayExpr', 'array'],
  ['RowExpr', 'row'],
  ['GroupingFunc', 'grouping'],
];

/** A scalar subquery is named after its only column. */
function inferQueryName(query: SelectStmt): Named | undefined {
  if (query.larg !== undefined) return inferQueryName(query.larg);
  if (query.valuesLists !== undefined) return { name: 'column1', weak: false };
  const target = query.targetList?.[0];
  if (target === undefined || !('ResTarget' in target)) return undefined;
  return target.ResTarget.name === undefined
    ? inferName(target.ResTarget.val)
    : { name: target.ResTarget.name, weak: false };
}

function strong(field: Node | undefined): Named | undefined {
  const name = getStringValue(field);
  return name === undefined ? undefined : { name, weak: false };
}
