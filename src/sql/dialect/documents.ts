import type { A_Expr, Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { mapInside, getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, callOf, cast, constant, constantText } from './build.ts';
import { toComparableJson, formatJsonNumber } from '../types/json-text.ts';
import { type StaticType, staticType } from './static-types.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** A column of documents that is compared, until the values of parameters are known; `about` is for messages. */
export function comparedDocument(
  column: Node,
  about: { readonly name: string; readonly holds: string },
): Node {
  return call(COMPARED, [column, constant(about.name), constant(about.holds)]);
}

/** What a document says as text: a text itself, anything else as JSON. */
export function documentText(document: Node): Node {
  return binary('#>>', document, constant('{}'));
}

/** A value as documents of DynamoDB hold it, as text. */
export function jsonValue(value: Node): Node {
  const digits = digitsOf(value);
  return digits === undefined ? call('pg_json_value', [value]) : constant(formatJsonNumber(digits));
}

const COMPARED = 'pg_compared_document';
const NUMERIC: ReadonlySet<StaticType | undefined> = new Set(['int4', 'int8', 'numeric', 'float8']);

/** Comparisons of documents, which are settled before their operands are rewritten. */
export const documentRewrites: readonly Rewrite[] = [
  {
    name: 'a column of documents beside plain values',
    why: 'DuckDB reads the values as JSON, or the documents as numbers, and fails or rounds where they are none. Text that is no JSON is compared with the text of each value; JSON, numbers and booleans with the values as they are.',
    apply: (node, context) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, lexpr, rexpr } = node.A_Expr;
      const [left, right] = [documentIn(lexpr), documentIn(rexpr)];
      const ours = left ?? right;
      const other = left === undefined ? lexpr : rexpr;
      if (ours === undefined || other === undefined) return undefined;
      const elements = /OP_A(?:NY|LL)/.test(kind ?? '') ? arrayElements(other) : undefined;
      const values = elements === undefined ? other : { A_ArrayExpr: { elements } };
      const reading = readingOf(node.A_Expr, values);
      if (reading === 'order') throw hasNoOrder(ours, node.A_Expr, context);
      const read = readAs(reading, ours.column, values);
      return comparison(node.A_Expr, read, left !== undefined);
    },
  },
  {
    name: 'equal and unequal jsonb',
    why: 'DuckDB compares the text of documents: 1.50 would not be 1.5, and a literal not the document that it stands for.',
    apply: (node) => {
      if (!('A_Expr' in node) || !isEquality(node.A_Expr)) return undefined;
      const { lexpr, rexpr } = node.A_Expr;
      if (lexpr === undefined || rexpr === undefined) return undefined;
      const [left, right] = [staticType(lexpr) === 'jsonb', staticType(rexpr) === 'jsonb'];
      if (left && right) return comparison(node.A_Expr, [comparable(lexpr), comparable(rexpr)], true);
      if (!left && !right) return undefined;
      const [document, other] = left ? [lexpr, rexpr] : [rexpr, lexpr];
      const types = valuesOf(other).map(jsonTypeOf);
      if (types.length === 0 || types.includes(undefined)) return undefined;
      const isStored = !types.includes('document') && isFromColumn(document);
      return comparison(node.A_Expr, readAs(isStored ? 'values' : 'documents', document, other), left);
    },
  },
];

function comparison(
  expression: A_Expr,
  [document, value]: readonly [Node, Node],
  documentFirst: boolean,
): Node {
  const [lexpr, rexpr] = documentFirst ? [document, value] : [value, document];
  return { A_Expr: { ...expression, lexpr, rexpr } };
}

interface Compared {
  readonly column: Node;
  readonly name: string;
  readonly holds: string;
}

function documentIn(node: Node | undefined): Compared | undefined {
  const fn = callOf(node);
  const [column, name, holds] = fn?.name === COMPARED ? fn.args : [];
  return column && { column, name: constantText(name) ?? '', holds: constantText(holds) ?? '' };
}

/** As text, as values that are equal where their JSON is, as documents of any form, or in an order that they have not. */
type Reading = 'text' | 'values' | 'documents' | 'order';

/** How a comparison with these values is meant; undefined where only the engine can tell. */
function readingOf(expression: A_Expr, other: Node): Reading | undefined {
  const types = valuesOf(other).map(typeOf);
  if (isPattern(expression) || types.includes('text')) return 'text';
  if (!types.every((type) => type !== undefined) || types.length === 0) return undefined;
  if (!isEquality(expression)) return types.includes('value') ? 'order' : undefined;
  return types.includes('document') ? 'documents' : 'values';
}

function readAs(reading: Reading | undefined, document: Node, other: Node): readonly [Node, Node] {
  switch (reading) {
    case 'text':
      return [documentText(document), mapValues(other, numberAsText)];
    case 'values':
      return [document, mapValues(other, (value) => cast(comparableValue(value), 'json'))];
    case 'documents':
      return [comparable(document), mapValues(other, comparableValue)];
    case 'order':
    case undefined:
      return [document, other];
  }
}

/** What is reached in a column is written as DynamoDB's documents are. */
function isFromColumn(node: Node | undefined): boolean {
  if (node === undefined || 'ColumnRef' in node) return node !== undefined;
  if ('TypeCast' in node) return isFromColumn(node.TypeCast.arg);
  return 'A_Expr' in node && isFromColumn(node.A_Expr.lexpr);
}

function isEquality({ kind, name }: A_Expr): boolean {
  return !/BETWEEN|LIKE|SIMILAR/.test(kind ?? '') && ['=', '<>'].includes(getStringValues(name).at(-1) ?? '');
}

function isPattern({ kind, name }: A_Expr): boolean {
  return (
    /LIKE|SIMILAR/.test(kind ?? '') ||
    (kind === 'AEXPR_OP' && (getStringValues(name).at(-1) ?? '').includes('~'))
  );
}

type ValueType = 'text' | 'value' | 'document';

/** What a value is compared as; undefined where only the engine can tell, or is to say what is wrong with it. */
function typeOf(value: Node): ValueType | undefined {
  if (isPlainText(value)) {
    const text = constantText(value) ?? '';
    return /^\s*["[{]/.test(text) ? jsonTypeOf(value) : 'text';
  }
  if ('A_Const' in value && value.A_Const.boolval !== undefined) return 'value';
  const type = staticType(value);
  return type === 'text' ? 'text' : NUMERIC.has(type) ? 'value' : undefined;
}

function jsonTypeOf(value: Node): ValueType | undefined {
  const text = isPlainText(value) ? toComparableJson(constantText(value) ?? '') : undefined;
  return text === undefined ? undefined : /^[[{]/.test(text) ? 'document' : 'value';
}

function isPlainText(value: Node): boolean {
  return 'A_Const' in value && value.A_Const.sval !== undefined;
}

function comparable(document: Node): Node {
  return call('pg_comparable_json', [cast(document, 'varchar')]);
}

function comparableValue(value: Node): Node {
  if (isPlainText(value)) return constant(toComparableJson(constantText(value) ?? '') ?? '');
  return jsonValue(value);
}

function numberAsText(value: Node): Node {
  const digits = digitsOf(value);
  return digits === undefined ? value : constant(digits);
}

function digitsOf(value: Node): string | undefined {
  if (!('A_Const' in value)) return undefined;
  const { ival, fval } = value.A_Const;
  return ival === undefined ? fval?.fval : String(ival.ival ?? 0);
}

/** The values of a list or array, or the one there is; NULL aside. */
function valuesOf(node: Node): readonly Node[] {
  if ('A_Const' in node && node.A_Const.isnull === true) return [];
  const items = itemsOf(node);
  return items === undefined ? [node] : items.flatMap(valuesOf);
}

function mapValues(node: Node, change: (value: Node) => Node): Node {
  if ('A_Const' in node && node.A_Const.isnull === true) return node;
  return itemsOf(node) === undefined ? change(node) : mapInside(node, (item) => mapValues(item, change));
}

function itemsOf(node: Node): readonly Node[] | undefined {
  if ('List' in node) return node.List.items ?? [];
  return 'A_ArrayExpr' in node ? (node.A_ArrayExpr.elements ?? []) : undefined;
}

function hasNoOrder({ name, holds }: Compared, expression: A_Expr, context: RewriteContext): DriverError {
  const operator = getStringValues(expression.name).at(-1) ?? '';
  return new DriverError(
    'SQL_UNKNOWN_FUNCTION',
    `Column "${name}" is json${holds === '' ? '' : ` and holds ${holds}`}; ${operator} compares it with a number.`,
    {
      position: context.position(expression.location ?? 0),
      remedy: `Compare its text, ${name} #>> '{}', or its numbers: CASE WHEN json_typeof(${name}) = 'number' THEN (${name} #>> '{}')::numeric END.`,
    },
  );
}
