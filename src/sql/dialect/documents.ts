import type { A_Expr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { arrayElements, binary, call, matchCall, constant, getConstantText } from './build.ts';
import { flattenValues, getDigits, mapValues } from './compared-values.ts';
import { compareByOrder, isDocument, isOrdering } from './document-order.ts';
import { addMarks, toEngineNumber } from '../types/document-marks.ts';
import { toComparableJson, toComparableSet } from '../types/json-text.ts';
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
      if (isEquality(node.A_Expr) && areDocuments(values, context))
        return compareDocuments(node.A_Expr, document.column, values, context);
      const mode = chooseMode(node.A_Expr, values, context);
      const operands = convertOperands(mode, document.column, values, document.holds !== '');
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
    name: 'equal and unequal documents',
    why: 'DuckDB compares the text of documents: 1.50 would differ from 1.5, and a literal from an equal document spelled differently. Only columns have one text for equal documents.',
    apply: (node, context) => {
      if (!('A_Expr' in node) || !isEquality(node.A_Expr)) return undefined;
      const { lexpr, rexpr } = node.A_Expr;
      if (lexpr === undefined || rexpr === undefined) return undefined;
      const [left, right] = [isDocument(lexpr, context), areDocuments(rexpr, context)];
      if (left && right) return compareDocuments(node.A_Expr, lexpr, rexpr, context);
      if (!left && !right) return undefined;
      const [document, other] = left ? [lexpr, rexpr] : [rexpr, lexpr];
      const types = flattenValues(other).map((value) =>
        isPlainText(value) ? classifyJson(value) : classifyValue(value, context),
      );
      if (types.length === 0 || types.includes(undefined) || types.includes('text')) return undefined;
      const isStored = !types.includes('document') && isFromColumn(document);
      return createComparison(
        node.A_Expr,
        convertOperands(isStored ? 'values' : 'documents', document, other),
        left,
      );
    },
  },
];

/** Compares documents with each other; columns as they are. */
function compareDocuments(
  expression: A_Expr,
  lexpr: Node,
  rexpr: Node,
  context: ExpressionTypes,
): Node | undefined {
  const isColumn = (side: Node): boolean => context.columnTypeOf(side) !== undefined;
  if (isColumn(lexpr) && flattenValues(rexpr).every(isColumn)) return undefined;
  return createComparison(expression, [toComparable(lexpr), mapValues(rexpr, toComparable)], true);
}

function areDocuments(node: Node, context: ExpressionTypes): boolean {
  const values = flattenValues(node);
  return values.length > 0 && values.every((value) => isDocument(value, context));
}

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
  areSets = false,
): readonly [Node, Node] {
  switch (mode) {
    case 'text':
      return [toDocumentText(document), mapValues(other, toNumberText)];
    case 'values':
      return [document, mapValues(other, (value) => call('pg_typed_document', [toComparableValue(value)]))];
    case 'documents':
      return [toComparable(document), mapValues(other, (value) => toComparableValue(value, areSets))];
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
  // A cast to jsonb does not change what a document is equal to.
  const isCast = 'TypeCast' in document && document.TypeCast.typeName?.arrayBounds === undefined;
  const arg =
    isCast && /^jsonb?$/.test(getStringValues(document.TypeCast.typeName?.names).at(-1) ?? '')
      ? document.TypeCast.arg
      : undefined;
  const inner = arg !== undefined && isFromColumn(arg) ? arg : document;
  return call('pg_comparable_json', [call('pg_document_text', [inner])]);
}

function toComparableValue(value: Node, isSet = false): Node {
  const json = isPlainText(value) ? toComparableConstant(value) : undefined;
  if (json !== undefined) return constant(isSet ? toComparableSet(json) : json);
  return toJsonValue(value);
}

function toComparableConstant(value: Node): string | undefined {
  return toComparableJson(addMarks(getConstantText(value) ?? ''));
}

function toNumberText(value: Node): Node {
  const digits = getDigits(value);
  return digits === undefined ? value : constant(digits);
}
