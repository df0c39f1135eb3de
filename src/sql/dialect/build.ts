import type { Node } from 'libpg-query';

/** A function call. */
export function call(name: string, args: readonly Node[]): Node {
  return { FuncCall: { funcname: [{ String: { sval: name } }], args: [...args] } };
}

/** A text literal. */
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

export function cast(arg: Node, type: string): Node {
  return { TypeCast: { arg, typeName: { names: [name(type)] } } };
}

/** The text of a text literal, cast or not. */
export function constantText(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return constantText(node.TypeCast.arg);
  return 'A_Const' in node && node.A_Const.sval !== undefined ? (node.A_Const.sval.sval ?? '') : undefined;
}
