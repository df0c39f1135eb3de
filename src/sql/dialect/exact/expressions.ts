import type { A_Expr, CaseExpr, Node, TypeCast } from 'libpg-query';
import { getStringValues, mapInside } from '../../parse/tree.ts';
import { binary, call, matchCall } from '../build.ts';
import {
  rewriteComparison,
  compareSubquery,
  convertTogether,
  getElements,
  nullIfNumber,
} from './comparisons.ts';
import { isElementNumber } from '../number-scale.ts';
import { isFloat, isNull, toDouble, toJson, toLiteral, toNumber, toText } from './convert.ts';
import { callWithNumbers } from './functions.ts';
import type { ExactLane } from './lane.ts';

/** An expression of the exact lane. */
export function rewriteExpression(node: Node, lane: ExactLane): Node {
  if ('A_Const' in node) return toLiteral(node, lane);
  if ('TypeCast' in node) return castNumber(node.TypeCast, node, lane) ?? mapInside(node, lane.rewrite);
  if ('A_Expr' in node) return operate(node.A_Expr, node, lane) ?? mapInside(node, lane.rewrite);
  if ('FuncCall' in node) return callWithNumbers(node.FuncCall, node, matchCall(node)?.name ?? '', lane);
  if ('CaseExpr' in node) return { CaseExpr: chooseCase(node.CaseExpr, node, lane) };
  if ('CoalesceExpr' in node)
    return { CoalesceExpr: { ...node.CoalesceExpr, args: convertAll(node.CoalesceExpr.args, node, lane) } };
  if ('MinMaxExpr' in node)
    return { MinMaxExpr: { ...node.MinMaxExpr, args: convertAll(node.MinMaxExpr.args, node, lane) } };
  if ('A_ArrayExpr' in node)
    return {
      A_ArrayExpr: { ...node.A_ArrayExpr, elements: convertAll(node.A_ArrayExpr.elements, node, lane) },
    };
  if ('SubLink' in node) {
    const { subLinkType } = node.SubLink;
    const compared =
      subLinkType === 'ANY_SUBLINK' || subLinkType === 'ALL_SUBLINK'
        ? compareSubquery(node.SubLink, lane)
        : undefined;
    return compared ?? mapInside(node, lane.rewrite);
  }
  return mapInside(node, lane.rewrite);
}

/** The values of which an expression is made, in its type. */
function convertAll(nodes: readonly Node[] | undefined, expression: Node, lane: ExactLane): Node[] {
  const convert = chooseConversion(expression, lane);
  // The elements of an array of arrays are converted in the inner arrays.
  const isArray = (node: Node): boolean => lane.typeOf(node)?.startsWith('_') === true;
  return (nodes ?? []).map((each) =>
    'A_ArrayExpr' in expression && isArray(each) ? lane.rewrite(each) : convert(each, lane),
  );
}

/** How values become those of an expression, or elements of an array. */
function chooseConversion(expression: Node, lane: ExactLane): (value: Node, lane: ExactLane) => Node {
  const own = lane.typeOf(expression);
  const type = 'A_ArrayExpr' in expression ? own?.replace(/^_/, '') : own;
  if (type === 'json' || type === 'jsonb') return toJson;
  if (type === 'numeric') return toNumber;
  return isFloat(type) ? toDouble : lane.rewrite;
}

const ARITHMETIC: ReadonlyMap<string, string> = new Map([
  ['+', 'num_add'],
  ['-', 'num_subtract'],
  ['*', 'num_multiply'],
  ['/', 'num_divide'],
  ['%', 'num_modulo'],
  ['^', 'num_power'],
]);
const PREFIX: ReadonlyMap<string, string> = new Map([
  ['-', 'num_negate'],
  ['@', 'num_abs'],
]);

function operate(expression: A_Expr, node: Node, lane: ExactLane): Node | undefined {
  const { kind, lexpr: left, rexpr: right } = expression;
  if (kind === 'AEXPR_NULLIF') return nullIfNumber(expression, lane);
  const compared = rewriteComparison(expression, lane);
  if (compared !== undefined) return compared;
  if (kind !== 'AEXPR_OP' || right === undefined) return undefined;
  const operator = getStringValues(expression.name).at(-1) ?? '';
  const types = [left, right].map((each) => each && lane.typeOf(each));
  if (operator === '||' && left !== undefined && types.some(isDocumentType))
    return binary('||', toJson(left, lane), toJson(right, lane));
  if (!types.includes('numeric')) return undefined;
  if (operator === '||' && left !== undefined) return concatenate(left, right, types, lane);
  const type = lane.typeOf(node);
  if (isFloat(type) || type === 'interval')
    return {
      A_Expr: {
        ...expression,
        ...(left && { lexpr: toDouble(left, lane) }),
        rexpr: toDouble(right, lane),
      },
    };
  if (type !== 'numeric' && type !== undefined) return undefined;
  if (left === undefined) {
    if (operator === '+') return toNumber(right, lane);
    const prefix = PREFIX.get(operator);
    return prefix === undefined ? undefined : call(prefix, [toNumber(right, lane)]);
  }
  const known = ARITHMETIC.get(operator);
  return known === undefined ? undefined : call(known, [toNumber(left, lane), toNumber(right, lane)]);
}

function isDocumentType(type: string | undefined): boolean {
  return type === 'json' || type === 'jsonb';
}

function concatenate(left: Node, right: Node, types: readonly (string | undefined)[], lane: ExactLane): Node {
  const isArray = types.some((type) => type?.startsWith('_') === true);
  const convert = isArray ? toNumber : toText;
  const [first, second] = [left, right].map((each, i) =>
    types[i] === 'numeric' ? convert(each, lane) : lane.rewrite(each),
  );
  return binary('||', first ?? left, second ?? right);
}

const FROM_NUMBER: ReadonlyMap<string, string> = new Map([
  ['int2', 'num_int2'],
  ['int4', 'num_int4'],
  ['int8', 'num_int8'],
]);
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name']);

function castNumber({ arg, typeName, ...rest }: TypeCast, node: Node, lane: ExactLane): Node | undefined {
  if (arg === undefined) return undefined;
  const to = getStringValues(typeName?.names).at(-1) ?? '';
  const from = lane.typeOf(arg);
  if (typeName?.arrayBounds !== undefined) return castArray(arg, to, from, node, lane);
  if (to === 'numeric') {
    const [precision, scale] = isElementNumber(arg) ? [] : (typeName?.typmods ?? []);
    const number = toNumber(arg, lane);
    if (precision === undefined) return number;
    return call('num_limited', [number, precision, scale ?? { A_Const: { ival: { ival: 0 } } }]);
  }
  if (from === '_numeric' && 'TypeCast' in node && TEXTS.has(to))
    return { TypeCast: { ...node.TypeCast, arg: call('num_texts', [lane.rewrite(arg)]) } };
  // A literal is converted by DuckDB as in other statements.
  if (from !== 'numeric' || 'A_Const' in arg) return undefined;
  if (TEXTS.has(to)) {
    const text = toText(arg, lane);
    return typeName?.typmods === undefined
      ? text
      : { TypeCast: { ...rest, ...(typeName && { typeName }), arg: text } };
  }
  const integer = FROM_NUMBER.get(to);
  if (integer !== undefined) return call(integer, [lane.rewrite(arg)]);
  return { TypeCast: { ...rest, ...(typeName && { typeName }), arg: toDouble(arg, lane) } };
}

function castArray(
  arg: Node,
  to: string,
  from: string | undefined,
  node: Node,
  lane: ExactLane,
): Node | undefined {
  if (to === 'numeric') {
    const elements = getElements(arg);
    if (elements !== undefined)
      return { A_ArrayExpr: { elements: elements.map((each) => toNumber(each, lane)) } };
    return isNull(arg) ? undefined : call('num_list', [lane.rewrite(arg)]);
  }
  if (from !== '_numeric' || !('TypeCast' in node)) return undefined;
  const convert = TEXTS.has(to) ? 'num_texts' : 'num_doubles';
  return { TypeCast: { ...node.TypeCast, arg: call(convert, [lane.rewrite(arg)]) } };
}

function chooseCase(expression: CaseExpr, node: Node, lane: ExactLane): CaseExpr {
  const { arg, args, defresult } = expression;
  const convert = chooseConversion(node, lane);
  const whens = (args ?? []).flatMap((each) => ('CaseWhen' in each ? each.CaseWhen : []));
  const tested = whens.flatMap(({ expr }) => expr ?? []);
  const [first, ...others] = (arg && convertTogether([arg, ...tested], lane)) ?? [];
  return {
    ...expression,
    ...(arg && { arg: first ?? lane.rewrite(arg) }),
    args: whens.map((when, i): Node => ({
      CaseWhen: {
        ...when,
        ...(when.expr && { expr: others[i] ?? lane.rewrite(when.expr) }),
        ...(when.result && { result: convert(when.result, lane) }),
      },
    })),
    ...(defresult && { defresult: convert(defresult, lane) }),
  };
}
