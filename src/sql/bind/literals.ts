import type { Node, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { cast, constant, getConstantText, number } from '../dialect/build.ts';
import { typedDocument } from '../dialect/document-casts.ts';
import { isComparedDocument } from '../dialect/documents.ts';
import { literalToAttribute, type ParameterLiteral } from '../parse/parameter-value.ts';
import { toEngineJson, toTypedJson } from '../types/plain-document.ts';
import { isDocumentType } from '../types/types.ts';
import { getCarriedParameter } from './carried-parameter.ts';
import type { QueryTypes } from './expression-types.ts';
import { mapInside, mapNodes, getStringValues } from '../parse/tree.ts';

type LiteralTypes = Pick<QueryTypes, 'typeOf' | 'convertedTypeOf'>;

/**
 * Replaces `$1`, `$2` … in a statement by literals. Arrays become documents where PostgreSQL would read them as such: cast to
 * json, or together with a document in an operator.
 */
export function inlineParameters(
  select: SelectStmt,
  parameters: readonly ParameterLiteral[],
  types: LiteralTypes,
): SelectStmt {
  const inline = (parameter: Node, toJson: typeof toEngineJson): Node => {
    const literal = findLiteral(parameter, parameters);
    if (literal === undefined) return parameter;
    const { kind } = literal;
    const type = kind === 'array' || kind === 'timestamp' ? types.convertedTypeOf(parameter) : undefined;
    // Timestamps and dates are read as Dates of UTC, whatever the session's time zone.
    if (kind === 'timestamp' && (type === 'timestamp' || type === 'date'))
      return cast(constant(literal.text), 'timestamp');
    return kind === 'array' && isDocumentType(type ?? '')
      ? toDocumentNode(literal, toJson)
      : toLiteralNode(literal, toJson);
  };
  const write = (node: Node): Node => {
    const carried = getCarriedParameter(node);
    if (carried !== undefined) return inline(carried, toTypedJson);
    const literal = toCastLiteral(node, parameters);
    if (literal !== undefined) return literal;
    if ('ParamRef' in node) return inline(node, toEngineJson);
    const inArithmetic = isArithmetic(node);
    if (inArithmetic || 'FuncCall' in node)
      return mapInside(
        node,
        (operand) => toTypedLiteral(operand, parameters, types, inArithmetic) ?? write(operand),
      );
    if (!('A_Expr' in node)) return mapInside(node, write);
    const withDocuments = toDocumentOperands(node, parameters, types);
    refuseArrays(withDocuments, parameters);
    return mapInside(withDocuments, write);
  };
  return mapNodes(select, write);
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^']);
const FROM_TEXT: ReadonlySet<string> = new Set(
  'int2 int4 int8 numeric float4 float8 bool date timestamp timestamptz time interval uuid'.split(' '),
);

function isArithmetic(node: Node): boolean {
  return 'A_Expr' in node && ARITHMETIC.has(getStringValues(node.A_Expr.name).at(-1) ?? '');
}

/** A string that PostgreSQL infers a type for, where DuckDB does not: in arithmetic and in functions. */
function toTypedLiteral(
  node: Node,
  parameters: readonly ParameterLiteral[],
  types: LiteralTypes,
  inArithmetic: boolean,
): Node | undefined {
  const literal = findLiteral(node, parameters);
  const text = literal?.kind === 'text' ? literal.text : inArithmetic ? getConstantText(node) : undefined;
  const type = text === undefined ? undefined : types.convertedTypeOf(node);
  return text === undefined || type === undefined || !FROM_TEXT.has(type)
    ? undefined
    : cast(constant(text), type);
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
  // The binder casts what is compared with a column of bytea.
  if (type === 'bytea' && literal?.kind === 'array')
    return { A_ArrayExpr: { elements: literal.items.map((item) => cast(toLiteralNode(item), 'bytea')) } };
  return isDocument && literal?.kind === 'array' ? toDocumentNode(literal) : undefined;
}

/** Operators of a document and an array of strings. */
const WITH_ARRAYS: ReadonlySet<string> = new Set(['#>', '#>>', '#-', '?|', '?&', '-']);

/** Array parameters next to a document. */
function toDocumentOperands(
  node: Extract<Node, { A_Expr: unknown }>,
  parameters: readonly ParameterLiteral[],
  types: LiteralTypes,
): Node {
  const { kind, lexpr, rexpr } = node.A_Expr;
  if (kind !== 'AEXPR_OP' || lexpr === undefined || rexpr === undefined) return node;
  if (WITH_ARRAYS.has(getStringValues(node.A_Expr.name).at(-1) ?? '')) return node;
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

function toDocumentNode(
  { items, set }: Extract<ParameterLiteral, { kind: 'array' }>,
  toJson = toEngineJson,
): Node {
  const isSet = set === true && items.length > 0;
  const value = literalToAttribute(isSet ? { kind: 'array', items, set } : { kind: 'array', items });
  return documentNode(toJson(value));
}

/** A document in the form that those of columns have inside DuckDB. */
function documentNode(json: string): Node {
  return cast(typedDocument(json), 'jsonb');
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

/** The value of a parameter in a statement. */
export function toLiteralNode(literal: ParameterLiteral, toJson = toEngineJson): Node {
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
      return documentNode(toJson(literal.value));
    case 'array': {
      // SQL's arrays are not sets.
      const isKeptSet = literal.set === true && toJson === toTypedJson;
      return hasOneType(literal.items) && !isKeptSet
        ? { A_ArrayExpr: { elements: literal.items.map((item) => toElementNode(item, toJson)) } }
        : toDocumentNode(literal, toJson);
    }
  }
}

/** A Set among other Sets is a document, as SQL's arrays of arrays have one length. */
function toElementNode(item: ParameterLiteral, toJson: typeof toEngineJson): Node {
  return item.kind === 'array' && item.set === true
    ? toDocumentNode(item, toJson)
    : toLiteralNode(item, toJson);
}
