import type { Node, SelectStmt } from 'libpg-query';
import { getStringValue, getStringValues, mapInside, visitNodes } from '../parse/tree.ts';
import { addMarks } from '../types/document-marks.ts';
import { toComparableJson } from '../types/json-text.ts';
import { toColumnForm } from '../types/column-form.ts';
import { call, constant, getConstantText, matchCall } from './build.ts';
import { SET_RETURNING } from './set-returning.ts';
import type { ExpressionTypes } from './types.ts';

/** Functions that look for equal values. */
const EQUATING: ReadonlySet<string> = new Set(['array_position', 'array_positions', 'array_remove', 'mode']);
/** Functions that make a document. */
const MADE = /^jsonb_(?:agg|object_agg|build_object|build_array)$/;
/** Operators that return a part of a document, which has the form of the document. */
const PARTS: ReadonlySet<string | undefined> = new Set(['->', '#>']);

/**
 * Gives computed documents the form of those of columns, in a query that looks for equal rows: DuckDB compares the text of
 * documents in DISTINCT, GROUP BY, UNION and the like. `replaced` receives what each changed node was.
 */
export function unifyDocuments(
  select: SelectStmt,
  types: ExpressionTypes,
  replaced: Map<object, object>,
): SelectStmt {
  if (!findsEqualRows(select) || !castsDocuments(select, types)) return select;
  const shown = listShownDocuments(select);
  const change = (node: Node): Node => {
    // The rows of functions have the form of their arguments.
    if (shown.has(node) || isSetReturning(node)) return remember(mapInside(node, change), node);
    // The cast only changes blanks, which is not the form of columns.
    if ('TypeCast' in node && isPart(node) && isJsonType(types.typeOf(node)))
      return remember(withoutCasts(node), node);
    if (isComputedDocument(node, types)) return remember(unify(node), node);
    return remember(mapInside(node, change), node);
  };
  const remember = (changed: Node, node: Node): Node => {
    if (changed === node) return node;
    replaced.set(changed, node);
    if ('SelectStmt' in changed && 'SelectStmt' in node) replaced.set(changed.SelectStmt, node.SelectStmt);
    return changed;
  };
  const changed = change({ SelectStmt: select });
  return 'SelectStmt' in changed ? changed.SelectStmt : select;
}

/** Documents made of the values of a group, which are only shown. */
function listShownDocuments({ op, distinctClause, targetList = [] }: SelectStmt): ReadonlySet<Node> {
  if ((op !== undefined && op !== 'SETOP_NONE') || distinctClause !== undefined) return new Set();
  const values = targetList.flatMap((target) => ('ResTarget' in target ? (target.ResTarget.val ?? []) : []));
  return new Set(values.filter((value) => MADE.test(matchCall(value)?.name ?? '')));
}

function isSetReturning(node: Node): boolean {
  return SET_RETURNING.has(matchCall(node)?.name ?? '');
}

function findsEqualRows(select: SelectStmt): boolean {
  let found = false;
  visitNodes([{ SelectStmt: select }], (node) => {
    found ||=
      ('SelectStmt' in node && groupsRows(node.SelectStmt)) ||
      ('WindowDef' in node && node.WindowDef.partitionClause !== undefined) ||
      ('JoinExpr' in node && (node.JoinExpr.isNatural === true || node.JoinExpr.usingClause !== undefined)) ||
      ('CaseExpr' in node && node.CaseExpr.arg !== undefined) ||
      'RowExpr' in node ||
      ('FuncCall' in node &&
        (node.FuncCall.agg_distinct === true ||
          node.FuncCall.over?.partitionClause !== undefined ||
          EQUATING.has(getStringValues(node.FuncCall.funcname).at(-1) ?? '')));
  });
  return found;
}

function groupsRows({ op, distinctClause, groupClause }: SelectStmt): boolean {
  return (
    (op !== undefined && op !== 'SETOP_NONE') || distinctClause !== undefined || groupClause !== undefined
  );
}

/** Whether a document is computed or cast, so that it may not have the form of columns. */
function castsDocuments(select: SelectStmt, types: ExpressionTypes): boolean {
  let found = false;
  visitNodes([{ SelectStmt: select }], (node) => {
    found ||= isComputedDocument(node, types) || ('TypeCast' in node && isJsonType(types.typeOf(node)));
  });
  return found;
}

function isComputedDocument(node: Node, types: ExpressionTypes): boolean {
  if ('A_Const' in node)
    return types.convertedTypeOf(node) === 'jsonb' && getConstantText(node) !== undefined;
  if (!('TypeCast' in node || 'FuncCall' in node || 'A_Expr' in node)) return false;
  return types.typeOf(node) === 'jsonb' && !isPart(node) && !isSetReturning(node);
}

function isJsonType(type: string | undefined): boolean {
  return type === 'json' || type === 'jsonb';
}

/** Whether an expression is a column or a part of one, which has the form already. */
function isPart(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ('ColumnRef' in node) return true;
  if ('TypeCast' in node) return isPart(node.TypeCast.arg);
  if ('A_Indirection' in node) return isPart(node.A_Indirection.arg);
  const { name, args } = matchCall(node) ?? {};
  if (name === 'pg_extract' || name === 'pg_plain') return isPart(args?.[0]);
  return 'A_Expr' in node && PARTS.has(getStringValue(node.A_Expr.name?.at(-1))) && isPart(node.A_Expr.lexpr);
}

function withoutCasts(node: Node): Node {
  const arg = 'TypeCast' in node ? node.TypeCast.arg : undefined;
  return arg === undefined ? { ...node } : withoutCasts(arg);
}

function unify(node: Node): Node {
  const text = getConstantText(node);
  if (text === undefined) return call('pg_column_form', [node]);
  const marked = addMarks(text);
  // What is not JSON fails where it is cast.
  if (toComparableJson(marked) === undefined) return node;
  return call('pg_typed_document', [constant(toColumnForm(marked))]);
}
