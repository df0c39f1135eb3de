import type { Node, SelectStmt } from 'libpg-query';
import { cast, constant, number } from '../dialect/build.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import { mapInside, mapNodes } from '../parse/tree.ts';

/** Writes the values of `$1`, `$2` … into a statement as literals. */
export function writeParameters(select: SelectStmt, parameters: readonly ParameterLiteral[]): SelectStmt {
  const literals = parameters.map(literalNode);
  const write = (node: Node): Node =>
    'ParamRef' in node ? (literals[(node.ParamRef.number ?? 0) - 1] ?? node) : mapInside(node, write);
  return literals.length === 0 ? select : mapNodes(select, write);
}

function literalNode(literal: ParameterLiteral): Node {
  switch (literal.kind) {
    case 'null':
      return { A_Const: { isnull: true } };
    case 'text':
      return constant(literal.text);
    case 'boolean':
      return { A_Const: { boolval: { boolval: literal.value } } };
    case 'number':
      return /\d/.test(literal.text) ? number(literal.text) : cast(constant(literal.text), 'float8');
    case 'timestamp':
      return cast(constant(literal.text), 'timestamptz');
    case 'bytes':
      return cast(constant(`\\x${Buffer.from(literal.bytes).toString('hex')}`), 'bytea');
    case 'array':
      return { A_ArrayExpr: { elements: literal.items.map(literalNode) } };
  }
}
