import type { FuncCall, Node } from 'libpg-query';
import { getStringValue } from '../parse/tree.ts';
import { type ArrayElement, parseArray } from '../types/text-input.ts';

/** A function call. */
export function call(name: string, args: readonly Node[]): Node {
  return { FuncCall: { funcname: [{ String: { sval: name } }], args: [...args] } };
}

/** A string literal. */
export function constant(text: string): Node {
  return { A_Const: { sval: { sval: text } } };
}

/** A number literal. */
export function number(digits: string): Node {
  return { A_Const: { fval: { fval: digits } } };
}

export function column(...fields: readonly string[]): Node {
  return { ColumnRef: { fields: fields.map(name) } };
}

export function name(text: string): Node {
  return { String: { sval: text } };
}

export function not(arg: Node): Node {
  return { BoolExpr: { boolop: 'NOT_EXPR', args: [arg] } };
}

/** The elements of a document, as an array of JSON. */
export function jsonElements(document: Node): Node {
  return call('from_json', [document, constant('["JSON"]')]);
}

export function cast(arg: Node, type: string): Node {
  return { TypeCast: { arg, typeName: { names: [name(type)] } } };
}

const TEXT_TYPES: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'json', 'jsonb']);

/** The string of a literal, bare or cast to a type that does not change it. */
export function getConstantText(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) {
    const type = getStringValue(node.TypeCast.typeName?.names?.at(-1));
    return type !== undefined && TEXT_TYPES.has(type) ? getConstantText(node.TypeCast.arg) : undefined;
  }
  return 'A_Const' in node && node.A_Const.sval !== undefined ? (node.A_Const.sval.sval ?? '') : undefined;
}

/** The digits of a number literal. */
export function getNumberText(node: Node | undefined): string | undefined {
  if (node === undefined || !('A_Const' in node)) return undefined;
  const { ival, fval } = node.A_Const;
  return ival === undefined ? fval?.fval : String(ival.ival ?? 0);
}

/** The value of an integer literal, with or without a sign. */
export function getConstantInteger(node: Node | undefined): number | undefined {
  if (node !== undefined && 'A_Expr' in node && node.A_Expr.lexpr === undefined) {
    const value = getConstantInteger(node.A_Expr.rexpr);
    return value !== undefined && getStringValue(node.A_Expr.name?.[0]) === '-' ? -value : undefined;
  }
  const value = Number(getNumberText(node) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A binary expression. */
export function binary(operator: string, left: Node, right: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [name(operator)], lexpr: left, rexpr: right } };
}

/** A cast to DECIMAL with these digits. */
export function decimalCast(arg: Node, precision: number, scale: number): Node {
  const typmods = [number(String(precision)), number(String(scale))];
  return { TypeCast: { arg, typeName: { names: [{ String: { sval: 'numeric' } }], typmods } } };
}

/** Returns the parts of a function call, and undefined for every other node. */
export function matchCall(
  node: Node | undefined,
): { readonly name: string; readonly call: FuncCall; readonly args: readonly Node[] } | undefined {
  return node !== undefined && 'FuncCall' in node
    ? {
        name: getStringValue(node.FuncCall.funcname?.at(-1)) ?? '',
        call: node.FuncCall,
        args: node.FuncCall.args ?? [],
      }
    : undefined;
}

/** Splits an array literal into literals of its elements. */
export function arrayElements(literal: Node | undefined): Node[] | undefined {
  return parseArray(getConstantText(literal) ?? '')?.map(toElement);
}

function toElement(item: ArrayElement): Node {
  if (item === null) return { A_Const: { isnull: true } };
  return typeof item === 'string' ? constant(item) : { A_ArrayExpr: { elements: item.map(toElement) } };
}
