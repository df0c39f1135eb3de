import type { A_Expr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { toJsonOrderKey } from '../types/json-order.ts';
import { call, cast, constant, getConstantText, not } from './build.ts';
import { flattenValues, getDigits, mapValues } from './compared-values.ts';
import { orderDigits } from './functions/json-scalars.ts';
import { inferStaticType } from './static-types.ts';
import type { ExpressionTypes } from './types.ts';

/** Whether an expression is a document, or a column of several types. */
export function isDocument(node: Node | undefined, context: ExpressionTypes): boolean {
  const type = inferStaticType(node, context);
  return type === 'json' || type === 'jsonb';
}

/** The key that orders documents as jsonb does. */
export function toOrderKey(document: Node): Node {
  return call(ORDER_KEY, [cast(document, 'varchar')]);
}

export const ORDER_KEY = 'pg_json_order';

const ORDERING: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** Whether an expression compares by an order: `<`, `>=`, BETWEEN, `< ANY`. */
export function isOrdering({ kind, name }: A_Expr): boolean {
  if (kind?.endsWith('BETWEEN') === true) return true;
  return /^AEXPR_OP(?:_ANY|_ALL)?$/.test(kind ?? '') && ORDERING.has(getStringValues(name).at(-1) ?? '');
}

/** The sides of a comparison, one of which is a document or a column of several types. */
export interface DocumentComparison {
  readonly expression: A_Expr;
  readonly document: Node;
  readonly other: Node;
  readonly documentFirst: boolean;
  /** PostgreSQL converts literals to the type of the document, if that is jsonb. */
  readonly isJsonb: boolean;
}

/**
 * Compares a document by an order. With another document the order is jsonb's. With a number, a string or a boolean it is that
 * of DynamoDB's conditions, which compare only values of one type: the result is NULL for a document of another type.
 * Undefined if that depends on types that only DuckDB knows.
 */
export function compareByOrder(comparison: DocumentComparison, context: ExpressionTypes): Node | undefined {
  const { expression, document, other, documentFirst } = comparison;
  const classes = new Set(flattenValues(other).map((value) => classify(value, comparison, context)));
  const [only] = classes;
  if (classes.size > 1) return splitBetween(comparison, context);
  if (only === undefined) return undefined;
  const value = mapValues(other, (each) => toComparand(each, only));
  const [lexpr, rexpr] = documentFirst
    ? [toScalar(document, only), value]
    : [value, toScalar(document, only)];
  return { A_Expr: { ...expression, lexpr, rexpr } };
}

/** Each bound of a BETWEEN is compared by its own type. */
function splitBetween(comparison: DocumentComparison, context: ExpressionTypes): Node | undefined {
  const { expression, other, documentFirst } = comparison;
  const [low, high] = 'List' in other ? (other.List.items ?? []) : [];
  if (
    expression.kind?.endsWith('BETWEEN') !== true ||
    !documentFirst ||
    low === undefined ||
    high === undefined
  )
    return undefined;
  const bounds = [
    compareByOrder({ ...comparison, expression: operator('>='), other: low }, context),
    compareByOrder({ ...comparison, expression: operator('<='), other: high }, context),
  ];
  const args = bounds.filter((bound) => bound !== undefined);
  if (args.length < bounds.length) return undefined;
  const within: Node = { BoolExpr: { boolop: 'AND_EXPR', args } };
  return expression.kind === 'AEXPR_NOT_BETWEEN' ? not(within) : within;
}

function operator(sign: string): A_Expr {
  return { kind: 'AEXPR_OP', name: [{ String: { sval: sign } }] };
}

/** What a document is compared as. */
type Comparand = 'number' | 'string' | 'boolean' | 'document';

const NUMERIC: ReadonlySet<string | undefined> = new Set(['int4', 'int8', 'numeric', 'float8']);

function classify(
  value: Node,
  { isJsonb }: Pick<DocumentComparison, 'isJsonb'>,
  context: ExpressionTypes,
): Comparand | undefined {
  if (isDocument(value, context)) return 'document';
  if ('A_Const' in value && value.A_Const.sval !== undefined) {
    const text = value.A_Const.sval.sval ?? '';
    if (isJsonb) return isJson(text) ? 'document' : undefined;
    return /^\s*[[{]/.test(text) && isJson(text) ? 'document' : 'string';
  }
  if (context.typeOf(value) === 'bool') return 'boolean';
  const type = inferStaticType(value, context);
  return type === 'text' ? 'string' : NUMERIC.has(type) ? 'number' : undefined;
}

/** The part of a document that is compared, NULL if the document has another type. */
function toScalar(document: Node, as: Comparand): Node {
  switch (as) {
    case 'number':
      return call('pg_json_number_key', [cast(document, 'varchar')]);
    case 'string':
      return call('pg_json_string', [cast(document, 'varchar')]);
    case 'boolean':
      return call('pg_json_boolean', [cast(document, 'varchar')]);
    case 'document':
      return toOrderKey(document);
  }
}

function toComparand(value: Node, as: Comparand): Node {
  const text = 'A_Const' in value ? getConstantText(value) : undefined;
  switch (as) {
    case 'number': {
      const digits = getDigits(value);
      return digits === undefined
        ? call('pg_number_key', [cast(value, 'varchar')])
        : constant(orderDigits(digits));
    }
    case 'string':
      return text === undefined ? value : constant(unquote(text));
    case 'boolean':
      return value;
    case 'document':
      return text === undefined ? toOrderKey(value) : constant(toJsonOrderKey(text));
  }
}

/** A JSON string stands for its text. */
function unquote(text: string): string {
  return /^\s*"/.test(text) && isJson(text) ? String(JSON.parse(text)) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
