import type { A_Expr, FuncCall, Node, SelectStmt } from 'libpg-query';
import { call, cast, constant } from '../dialect/build.ts';
import { markComparedDocument, toDocumentText } from '../dialect/documents.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import { getStringValues, isStar, mapInside, mapNodes } from '../parse/tree.ts';
import { isJsonCell } from '../types/json-cell.ts';
import { isBoundPath } from './attribute-path.ts';
import { type InternalType, resolveFunction, resolveOperator } from './resolve-signature.ts';

/** Returns the digits of a document that is a number, and raises an error that names the column for any other. */
const MIXED_NUMBER = 'pg_mixed_number';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', '@', '|/', '||/']);
/** Functions that print arguments of any type. */
const PRINTING: ReadonlySet<string> = new Set(
  'concat concat_ws format pg_input_is_valid quote_literal quote_nullable'.split(' '),
);
/** Functions that order documents as they are. */
const ORDERING: ReadonlySet<string> = new Set(['min', 'max']);

/**
 * Converts columns of several types to what the operators and functions around them take: to numbers, which fails for other
 * values when they are computed with, or to their text. Beside them in CASE and COALESCE other values become documents.
 */
export function adaptMixedOperands(select: SelectStmt, types: ExpressionTypes): SelectStmt {
  const change = (node: Node): Node => adapt(mapInside(node, change), node, types);
  return mapNodes(select, change);
}

/** Adapts a node whose operands are adapted already; `original` is the node before that. */
function adapt(node: Node, original: Node, types: ExpressionTypes): Node {
  if ('A_Expr' in node && 'A_Expr' in original)
    return adaptOperator(node, node.A_Expr, original.A_Expr, types);
  if ('FuncCall' in node && 'FuncCall' in original)
    return adaptCall(node, node.FuncCall, original.FuncCall, types);
  if ('CoalesceExpr' in node && 'CoalesceExpr' in original) {
    const args = toDocuments(node.CoalesceExpr.args ?? [], original.CoalesceExpr.args ?? [], types);
    return args === undefined ? node : { CoalesceExpr: { ...node.CoalesceExpr, args } };
  }
  if ('TypeCast' in node && 'TypeCast' in original) {
    const { arg, typeName } = node.TypeCast;
    const isPrinted = arg !== undefined && TEXTS.has(getStringValues(typeName?.names).at(-1) ?? '');
    const printed = isPrinted ? printMixed(arg, original.TypeCast.arg, types) : arg;
    return printed === undefined || printed === arg ? node : { TypeCast: { ...node.TypeCast, arg: printed } };
  }
  return 'CaseExpr' in node && 'CaseExpr' in original ? adaptCase(node, original, types) : node;
}

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar']);

function adaptOperator(node: Node, expression: A_Expr, original: A_Expr, types: ExpressionTypes): Node {
  const operator = getStringValues(expression.name).at(-1) ?? '';
  const sides = [original.lexpr, original.rexpr];
  if (!sides.some((side) => isJson(side, types))) return node;
  if (expression.kind === 'AEXPR_NULLIF') return adaptNullIf(node, expression, original, types);
  if (expression.kind !== 'AEXPR_OP') return node;
  const { lexpr, rexpr } = expression;
  if (operator === '||')
    return sides.some((side) => isContainer(side, types))
      ? node
      : withSides(expression, [
          lexpr && printMixed(lexpr, original.lexpr, types),
          rexpr && printMixed(rexpr, original.rexpr, types),
        ]);
  if (!ARITHMETIC.has(operator) || sides.some(isText)) return node;
  const [left, right] = sides.map((side) => (isJson(side, types) ? 'numeric' : inferType(side, types)));
  if (resolveOperator(operator, original.lexpr === undefined ? '-' : left, right) === undefined) return node;
  return withSides(expression, [
    lexpr && (isJson(original.lexpr, types) ? toNumber(lexpr) : lexpr),
    rexpr && (isJson(original.rexpr, types) ? toNumber(rexpr) : rexpr),
  ]);
}

function withSides(expression: A_Expr, [lexpr, rexpr]: readonly [Node | undefined, Node | undefined]): Node {
  return {
    A_Expr: {
      ...expression,
      ...(lexpr === undefined ? {} : { lexpr }),
      ...(rexpr === undefined ? {} : { rexpr }),
    },
  };
}

/** NULLIF compares a document as `=` does, where DuckDB would cast the other value to JSON. */
function adaptNullIf(node: Node, { lexpr, rexpr }: A_Expr, original: A_Expr, types: ExpressionTypes): Node {
  if (lexpr === undefined || rexpr === undefined) return node;
  if (!isJson(original.lexpr, types) || isJson(original.rexpr, types)) return node;
  const column = markComparedDocument(lexpr, { name: getColumnName(lexpr), holds: '' });
  const expr: Node = {
    A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr: column, rexpr },
  };
  const result: Node = { A_Const: { isnull: true } };
  return { CaseExpr: { args: [{ CaseWhen: { expr, result } }], defresult: lexpr } };
}

function adaptCall(node: Node, fn: FuncCall, original: FuncCall, types: ExpressionTypes): Node {
  const name = getStringValues(fn.funcname).at(-1) ?? '';
  const { args = [], agg_order: order = [] } = fn;
  const before = original.args ?? [];
  if (name === 'percentile_cont') {
    const keys = original.agg_order ?? [];
    return { FuncCall: { ...fn, agg_order: order.map((item, i) => toNumberKey(item, keys[i], types)) } };
  }
  if (!before.some((arg) => isJson(arg, types)) || ORDERING.has(name)) return node;
  const convert = (to: (arg: Node) => Node): Node => ({
    FuncCall: { ...fn, args: args.map((arg, i) => (isJson(before[i], types) ? to(arg) : arg)) },
  });
  if (PRINTING.has(name))
    return { FuncCall: { ...fn, args: args.map((arg, i) => printMixed(arg, before[i], types)) } };
  const resolves = (as: InternalType): boolean =>
    resolveFunction(
      name,
      before.map((arg) => (isJson(arg, types) ? as : inferType(arg, types))),
    ) !== undefined;
  if (resolves('json') || resolves('jsonb')) return node;
  if (resolves('numeric')) return convert(toNumber);
  return resolves('text') ? convert(toDocumentText) : node;
}

function toNumberKey(item: Node, before: Node | undefined, types: ExpressionTypes): Node {
  if (!('SortBy' in item) || item.SortBy.node === undefined) return item;
  const isMixed = before !== undefined && 'SortBy' in before && isJson(before.SortBy.node, types);
  return isMixed ? { SortBy: { ...item.SortBy, node: toNumber(item.SortBy.node) } } : item;
}

function adaptCase(node: Node, original: Node, types: ExpressionTypes): Node {
  if (!('CaseExpr' in node) || !('CaseExpr' in original)) return node;
  const { args = [], defresult } = node.CaseExpr;
  const results = [...args.map(getResult), defresult];
  const before = [...(original.CaseExpr.args ?? []).map(getResult), original.CaseExpr.defresult];
  const documents = toDocuments(results, before, types);
  if (documents === undefined) return node;
  const otherwise = documents.at(-1);
  return {
    CaseExpr: {
      ...node.CaseExpr,
      args: args.map((when, i) => {
        const result = documents[i];
        return 'CaseWhen' in when && result !== undefined ? { CaseWhen: { ...when.CaseWhen, result } } : when;
      }),
      ...(otherwise === undefined ? {} : { defresult: otherwise }),
    },
  };
}

function getResult(when: Node): Node | undefined {
  return 'CaseWhen' in when ? when.CaseWhen.result : undefined;
}

/** Values of which one is a document, as documents all; undefined if that changes nothing. */
function toDocuments<T extends Node | undefined>(
  values: readonly T[],
  before: readonly (Node | undefined)[],
  types: ExpressionTypes,
): (Node | T)[] | undefined {
  if (!before.some((value) => isJson(value, types))) return undefined;
  const documents = values.map((value, i) =>
    value === undefined || isJson(before[i], types) ? value : toDocument(value, inferType(before[i], types)),
  );
  return documents.every((value, i) => value === values[i]) ? undefined : documents;
}

/** A literal that is JSON is that value, as in PostgreSQL. */
function toDocument(value: Node, type: InternalType): Node {
  if (type === undefined || type === 'jsonb') return value;
  if (type !== 'unknown') return call('to_json', [value]);
  const text = 'A_Const' in value ? value.A_Const.sval?.sval : undefined;
  return text === undefined ? value : cast(constant(isJsonCell(text) ? text : JSON.stringify(text)), 'json');
}

function inferType(node: Node | undefined, types: ExpressionTypes): InternalType {
  return node === undefined ? undefined : types.typeOf(node);
}

function isJson(node: Node | undefined, types: ExpressionTypes): boolean {
  return inferType(node, types) === 'json' && !isStar(node);
}

/** Whether `||` concatenates this operand as a document or an array. */
function isContainer(node: Node | undefined, types: ExpressionTypes): boolean {
  const type = inferType(node, types);
  return type === 'jsonb' || type?.startsWith('_') === true || (node !== undefined && 'A_ArrayExpr' in node);
}

/** Whether an operand is a literal that is not a number, as the name of the member in `document - 'name'`. */
function isText(node: Node | undefined): boolean {
  const text = node !== undefined && 'A_Const' in node ? node.A_Const.sval?.sval : undefined;
  return text !== undefined && !/^\s*[-+.]?\d/.test(text);
}

/** A column of several types, or an attribute at a path, as its text; other documents are printed as JSON. */
function printMixed(node: Node, before: Node | undefined, types: ExpressionTypes): Node {
  const isMixed =
    before !== undefined &&
    isJson(before, types) &&
    (types.columnTypeOf(before)?.kind === 'json' || isBoundPath(before));
  return isMixed ? toDocumentText(node) : node;
}

function toNumber(node: Node): Node {
  return cast(call(MIXED_NUMBER, [node, constant(getColumnName(node))]), 'numeric');
}

/** The column in messages; empty for a computed value. */
function getColumnName(node: Node): string {
  return 'ColumnRef' in node ? (getStringValues(node.ColumnRef.fields).at(-1) ?? '') : '';
}
