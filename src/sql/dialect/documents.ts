import type { A_Expr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, matchCall, cast, constant, getConstantText } from './build.ts';
import { flattenValues, getDigits, mapValues } from './compared-values.ts';
import { compareByOrder, isDocument, isOrdering } from './document-order.ts';
import { addMarks, toEngineNumber } from '../types/document-marks.ts';
import { toComparableJson } from '../types/json-text.ts';
import { type StaticType, inferStaticType } from './static-types.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** Marks a compared column of documents, until the values of parameters are known. `about` is for messages. */
export function markComparedDocument(
  column: Node,
  about: { readonly name: string; readonly holds: string },
): Node {
  return call(COMPARED, [column, constant(about.name), constant(about.holds)]);
}

/** Whether a node is a column that `markComparedDocument` marked. */
export function isComparedDocument(node: Node): boolean {
  return matchCall(node)?.name === COMPARED;
}

/** A document as text: a JSON string without its quotes, anything else as JSON. */
export function toDocumentText(document: Node): Node {
  return binary('#>>', document, constant('{}'));
}

/** The JSON text of a value, in the form in which DynamoDB's documents are stored. */
export function toJsonValue(value: Node): Node {
  const digits = getDigits(value);
  return digits === undefined ? call('pg_json_value', [value]) : constant(toEngineNumber(digits));
}

const COMPARED = 'pg_compared_document';
const NUMERIC: ReadonlySet<StaticType | undefined> = new Set(['int4', 'int8', 'numeric', 'float8']);

/** Comparisons of documents. They are rewritten before their operands. */
export const documentRewrites: readonly Rewrite[] = [
  {
    name: 'documents compared with values',
    why: 'DuckDB casts the values to JSON, or the documents to numbers, and fails or rounds. A string that is not JSON is compared with the text of each document; JSON, numbers and booleans are compared with the documents themselves.',
    apply: (node, context) => {
      if (!('A_Expr' in node)) return undefined;
      const { kind, lexpr, rexpr } = node.A_Expr;
      const [left, right] = [matchCompared(lexpr), matchCompared(rexpr)];
      const document = left ?? right;
      const other = left === undefined ? lexpr : rexpr;
      if (document === undefined || other === undefined) return undefined;
      const elements = /OP_A(?:NY|LL)/.test(kind ?? '') ? arrayElements(other) : undefined;
      const values = elements === undefined ? other : { A_ArrayExpr: { elements } };
      if (isOrdering(node.A_Expr)) {
        const [expression, documentFirst] = [node.A_Expr, left !== undefined];
        const compared = {
          expression,
          document: document.column,
          other: values,
          documentFirst,
          isJsonb: false,
        };
        return (
          compareByOrder(compared, context) ??
          createComparison(expression, [document.column, other], documentFirst)
        );
      }
      const mode = chooseMode(node.A_Expr, values, context);
      const operands = convertOperands(mode, document.column, values);
      return createComparison(node.A_Expr, operands, left !== undefined);
    },
  },
  {
    name: 'documents compared by an order',
    why: 'DuckDB compares documents by their text, so that 1000 comes before 5, and fails for documents and numbers.',
    apply: (node, context) => {
      if (!('A_Expr' in node) || !isOrdering(node.A_Expr)) return undefined;
      const { lexpr, rexpr } = node.A_Expr;
      if (lexpr === undefined || rexpr === undefined) return undefined;
      const documentFirst = isDocument(lexpr, context);
      if (!documentFirst && !flattenValues(rexpr).some((value) => isDocument(value, context)))
        return undefined;
      const [document, other] = documentFirst ? [lexpr, rexpr] : [rexpr, lexpr];
      const isJsonb = context.typeOf(document) === 'jsonb';
      return compareByOrder({ expression: node.A_Expr, document, other, documentFirst, isJsonb }, context);
    },
  },
  {
    name: 'equal and unequal jsonb',
    why: 'DuckDB compares the text of documents: 1.50 would differ from 1.5, and a literal from an equal document spelled differently.',
    apply: (node, context) => {
      if (!('A_Expr' in node) || !isEquality(node.A_Expr)) return undefined;
      const { lexpr, rexpr } = node.A_Expr;
      if (lexpr === undefined || rexpr === undefined) return undefined;
      const [left, right] = [
        inferStaticType(lexpr, context) === 'jsonb',
        inferStaticType(rexpr, context) === 'jsonb',
      ];
      if (left && right)
        return createComparison(node.A_Expr, [toComparable(lexpr), toComparable(rexpr)], true);
      if (!left && !right) return undefined;
      const [document, other] = left ? [lexpr, rexpr] : [rexpr, lexpr];
      const types = flattenValues(other).map(classifyJson);
      if (types.length === 0 || types.includes(undefined)) return undefined;
      const isStored = !types.includes('document') && isFromColumn(document);
      return createComparison(
        node.A_Expr,
        convertOperands(isStored ? 'values' : 'documents', document, other),
        left,
      );
    },
  },
];

function createComparison(
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

function matchCompared(node: Node | undefined): Compared | undefined {
  const fn = matchCall(node);
  const [column, name, holds] = fn?.name === COMPARED ? fn.args : [];
  return column && { column, name: getConstantText(name) ?? '', holds: getConstantText(holds) ?? '' };
}

/** As text, as values that are equal if their JSON text is, or as normalized documents. */
type ComparisonMode = 'text' | 'values' | 'documents';

/** How to compare documents with these values. Undefined if it depends on types that only DuckDB knows. */
function chooseMode(expression: A_Expr, other: Node, context: ExpressionTypes): ComparisonMode | undefined {
  const types = flattenValues(other).map((value) => classifyValue(value, context));
  if (isPattern(expression) || types.includes('text')) return 'text';
  if (!types.every((type) => type !== undefined) || types.length === 0) return undefined;
  if (!isEquality(expression)) return undefined;
  return types.includes('document') ? 'documents' : 'values';
}

function convertOperands(
  mode: ComparisonMode | undefined,
  document: Node,
  other: Node,
): readonly [Node, Node] {
  switch (mode) {
    case 'text':
      return [toDocumentText(document), mapValues(other, toNumberText)];
    case 'values':
      return [document, mapValues(other, (value) => cast(toComparableValue(value), 'json'))];
    case 'documents':
      return [toComparable(document), mapValues(other, toComparableValue)];
    case undefined:
      return [document, other];
  }
}

/** Whether the document is a column or a part of one, which has the form of DynamoDB's documents. */
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

/** What a value is compared as. Undefined if only DuckDB knows, or if DuckDB should report what is wrong with it. */
function classifyValue(value: Node, context: ExpressionTypes): ValueType | undefined {
  if (isPlainText(value)) {
    const text = getConstantText(value) ?? '';
    return /^\s*["[{]/.test(text) ? classifyJson(value) : 'text';
  }
  if ('A_Const' in value && value.A_Const.boolval !== undefined) return 'value';
  const type = inferStaticType(value, context);
  return type === 'text' ? 'text' : NUMERIC.has(type) ? 'value' : undefined;
}

function classifyJson(value: Node): ValueType | undefined {
  const text = isPlainText(value) ? toComparableConstant(value) : undefined;
  return text === undefined ? undefined : /^[[{]/.test(text) ? 'document' : 'value';
}

function isPlainText(value: Node): boolean {
  return 'A_Const' in value && value.A_Const.sval !== undefined;
}

function toComparable(document: Node): Node {
  return call('pg_comparable_json', [cast(document, 'varchar')]);
}

function toComparableValue(value: Node): Node {
  if (isPlainText(value)) return constant(toComparableConstant(value) ?? '');
  return toJsonValue(value);
}

function toComparableConstant(value: Node): string | undefined {
  return toComparableJson(addMarks(getConstantText(value) ?? ''));
}

function toNumberText(value: Node): Node {
  const digits = getDigits(value);
  return digits === undefined ? value : constant(digits);
}
