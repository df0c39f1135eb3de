import type { Node, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { cast, constant, number } from '../dialect/build.ts';
import { isComparedDocument } from '../dialect/documents.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { literalToAttribute, type ParameterLiteral } from '../parse/parameter-value.ts';
import { toTypedJson } from '../types/plain-document.ts';
import { isDocumentType } from '../types/types.ts';
import { mapInside, mapNodes, getStringValues } from '../parse/tree.ts';

/**
 * Replaces `$1`, `$2` … in a statement by literals. Arrays become documents where PostgreSQL would read them as such: cast to
 * json, or together with a document in an operator.
 */
export function inlineParameters(
  select: SelectStmt,
  parameters: readonly ParameterLiteral[],
  types: Pick<ExpressionTypes, 'typeOf'>,
): SelectStmt {
  const literals = parameters.map(toLiteralNode);
  const write = (node: Node): Node => {
    const literal = toCastLiteral(node, parameters);
    if (literal !== undefined) return literal;
    if ('ParamRef' in node) return literals[(node.ParamRef.number ?? 0) - 1] ?? node;
    if (!('A_Expr' in node)) return mapInside(node, write);
    const withDocuments = toDocumentOperands(node, parameters, types);
    refuseArrays(withDocuments, parameters);
    return mapInside(withDocuments, write);
  };
  return literals.length === 0 ? select : mapNodes(select, write);
}

/** `$1::jsonb` of an array or a Set: its JSON, where ARRAY would need elements of one type. Also `$1::text` of a Date. */
function toCastLiteral(node: Node, parameters: readonly ParameterLiteral[]): Node | undefined {
  if (!('TypeCast' in node)) return undefined;
  const { arg, typeName } = node.TypeCast;
  const literal = findLiteral(arg, parameters);
  const type = getStringValues(typeName?.names).at(-1) ?? '';
  const isDocument = isDocumentType(type) && typeName?.arrayBounds === undefined;
  // A Date is compared with text columns as JavaScript prints it, as which parameters store it.
  if (type === 'text' && literal?.kind === 'timestamp') return constant(literal.text);
  return isDocument && literal?.kind === 'array' ? toDocumentNode(literal) : undefined;
}

/** Array parameters next to a document. */
function toDocumentOperands(
  node: Extract<Node, { A_Expr: unknown }>,
  parameters: readonly ParameterLiteral[],
  types: Pick<ExpressionTypes, 'typeOf'>,
): Node {
  const { kind, lexpr, rexpr } = node.A_Expr;
  if (kind !== 'AEXPR_OP' || lexpr === undefined || rexpr === undefined) return node;
  const isDocument = (node: Node): boolean =>
    isComparedDocument(node) || isDocumentType(types.typeOf(node) ?? '');
  const [left, right] = [findLiteral(lexpr, parameters), findLiteral(rexpr, parameters)];
  if (left?.kind === 'array' && isDocument(rexpr))
    return { A_Expr: { ...node.A_Expr, lexpr: toDocumentNode(left) } };
  return right?.kind === 'array' && isDocument(lexpr)
    ? { A_Expr: { ...node.A_Expr, rexpr: toDocumentNode(right) } }
    : node;
}

function findLiteral(
  node: Node | undefined,
  parameters: readonly ParameterLiteral[],
): ParameterLiteral | undefined {
  return node !== undefined && 'ParamRef' in node ? parameters[(node.ParamRef.number ?? 0) - 1] : undefined;
}

function toDocumentNode({ items }: Extract<ParameterLiteral, { kind: 'array' }>): Node {
  return documentConstant(literalToAttribute({ kind: 'array', items }));
}

function documentConstant(value: AttributeValue): Node {
  return cast(constant(toTypedJson(value)), 'jsonb');
}

const COMPARED: ReadonlySet<string | undefined> = new Set(['AEXPR_IN', 'AEXPR_OP']);

/** Rejects an array compared as a single value: as text it would equal nothing. */
function refuseArrays(node: Node, parameters: readonly ParameterLiteral[]): void {
  if (!('A_Expr' in node) || !COMPARED.has(node.A_Expr.kind)) return;
  const { kind, lexpr, rexpr } = node.A_Expr;
  const isList = kind === 'AEXPR_IN';
  const values = isList && rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [lexpr, rexpr];
  for (const value of values) {
    const parameter = isList ? (findTextCastValue(value) ?? value) : findTextCastValue(value);
    const number = parameter !== undefined && 'ParamRef' in parameter ? (parameter.ParamRef.number ?? 0) : 0;
    if (parameters[number - 1]?.kind !== 'array') continue;
    throw new DriverError(
      'SQL_BAD_VALUE',
      `parameter $${number} is an array but is compared as a single value`,
      {
        remedy: 'Use = ANY (…) to match any of its values, or <> ALL (…) to match none of them.',
      },
    );
  }
}

/** The operand of a cast to text. */
function findTextCastValue(node: Node | undefined): Node | undefined {
  return node !== undefined &&
    'TypeCast' in node &&
    getStringValues(node.TypeCast.typeName?.names).at(-1) === 'text'
    ? node.TypeCast.arg
    : undefined;
}

/** Whether the elements can be those of an array in SQL. */
function hasOneType(items: readonly ParameterLiteral[]): boolean {
  const kinds = new Set(items.map(({ kind }) => kind));
  kinds.delete('null');
  return kinds.size <= 1;
}

function toLiteralNode(literal: ParameterLiteral): Node {
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
    case 'document':
      return documentConstant(literal.value);
    case 'array':
      return hasOneType(literal.items)
        ? { A_ArrayExpr: { elements: literal.items.map(toLiteralNode) } }
        : toDocumentNode(literal);
  }
}
