import type { A_Expr, Node, SelectStmt, SubLink } from 'libpg-query';
import { getStringValues, visitNodes } from '../../parse/tree.ts';
import { parseExactNumber } from '../../types/exact-number.ts';
import { arrayElements, call, column, constant, getNumberText, matchCall, name } from '../build.ts';
import { isOrdering } from '../document-order.ts';
import { decimalPrecision, MAX_DIGITS } from '../number-scale.ts';
import { isFloat, isInteger, toDouble, toJson, toKey, toNumber } from './convert.ts';
import { type ExactLane, isStoredNumber } from './lane.ts';

const COMPARING: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', '!=']);
const KINDS: ReadonlySet<string | undefined> = new Set([
  'AEXPR_OP',
  'AEXPR_OP_ANY',
  'AEXPR_OP_ALL',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
  'AEXPR_IN',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
  'AEXPR_BETWEEN_SYM',
  'AEXPR_NOT_BETWEEN_SYM',
]);

/** A comparison in which one of the values is numeric; undefined: it is another expression. */
export function rewriteComparison(expression: A_Expr, lane: ExactLane): Node | undefined {
  const { kind, lexpr, rexpr } = expression;
  if (lexpr === undefined || rexpr === undefined || !KINDS.has(kind)) return undefined;
  if (!/BETWEEN/.test(kind ?? '') && !COMPARING.has(getStringValues(expression.name).at(-1) ?? ''))
    return undefined;
  const isOverArray = kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL';
  if (isOverArray) return compareElements(expression, lexpr, rexpr, lane);
  const others = 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  const separate = compareSeparately(expression, lexpr, others, lane);
  if (separate !== undefined) return separate;
  const values = [lexpr, ...others];
  const [first, ...rest] = compareDocuments(values, expression, lane) ?? convertTogether(values, lane) ?? [];
  if (first === undefined) return undefined;
  const [only] = rest;
  const right: Node | undefined = 'List' in rexpr ? { List: { items: rest } } : only;
  return right && { A_Expr: { ...expression, lexpr: first, rexpr: right } };
}

/** Doubles and numerics in one list: PostgreSQL compares with columns one by one, and with the other values in one type. */
function compareSeparately(
  expression: A_Expr,
  value: Node,
  others: readonly Node[],
  lane: ExactLane,
): Node | undefined {
  const types = [value, ...others].map((node) => lane.typeOf(node));
  const isMixed = types.some(isFloat) && types.includes('numeric');
  const columns = others.filter(hasColumn);
  if (expression.kind !== 'AEXPR_IN' || !isMixed || columns.length === 0 || others.length === 1)
    return undefined;
  const rest = others.filter((node) => !columns.includes(node));
  const tests = [...columns.map((column) => [column]), ...(rest.length > 0 ? [rest] : [])];
  const isNot = getStringValues(expression.name).at(-1) === '<>';
  return {
    BoolExpr: {
      boolop: isNot ? 'AND_EXPR' : 'OR_EXPR',
      args: tests.map((items) => lane.rewrite({ A_Expr: { ...expression, rexpr: { List: { items } } } })),
    },
  };
}

function hasColumn(node: Node): boolean {
  let found = false;
  visitNodes([node], (inner) => {
    found ||= 'ColumnRef' in inner;
  });
  return found;
}

/** Numbers beside documents: literals stay, since they decide with what a document is compared. */
function compareDocuments(
  nodes: readonly Node[],
  expression: A_Expr,
  lane: ExactLane,
): readonly Node[] | undefined {
  const types = nodes.map((node) => lane.typeOf(node));
  if (!types.includes('numeric') || !nodes.some((node, i) => isDocument(node, types[i]))) return undefined;
  return nodes.map((node, i) => {
    if (types[i] !== 'numeric' || getNumberText(node) !== undefined) return lane.rewrite(node);
    return isOrdering(expression)
      ? lane.typed(call('num_text', [lane.rewrite(node)]), 'numeric')
      : toJson(node, lane);
  });
}

/**
 * Values that are compared with one another, in a form that DuckDB compares as PostgreSQL does; undefined if none of them is
 * numeric. Rows are converted by their members.
 */
export function convertTogether(nodes: readonly Node[], lane: ExactLane): readonly Node[] | undefined {
  if (nodes.every((node) => 'RowExpr' in node)) return convertRows(nodes, lane);
  // Stored numbers are equal structs, and the planner knows joins of columns.
  if (nodes.every((node) => isStoredNumber(node, lane))) return nodes.map(lane.rewrite);
  const convert = chooseConversion(nodes, lane);
  return convert && nodes.map((node) => convert(node, lane));
}

function convertRows(nodes: readonly Node[], lane: ExactLane): readonly Node[] | undefined {
  const rows = nodes.map((node) => ('RowExpr' in node ? (node.RowExpr.args ?? []) : []));
  const width = Math.max(...rows.map((row) => row.length));
  if (rows.some((row) => row.length !== width)) return undefined;
  const columns = Array.from({ length: width }, (_, i) => {
    const members = rows.flatMap((row) => row[i] ?? []);
    return convertTogether(members, lane) ?? members.map(lane.rewrite);
  });
  return nodes.map((node, at) =>
    'RowExpr' in node
      ? { RowExpr: { ...node.RowExpr, args: columns.flatMap((each) => each[at] ?? []) } }
      : node,
  );
}

type Conversion = (node: Node, lane: ExactLane) => Node;

/** How values of these types are compared, if one is numeric: PostgreSQL compares with doubles in double precision. */
function chooseConversion(nodes: readonly Node[], lane: ExactLane): Conversion | undefined {
  const types = nodes.map((node) => lane.typeOf(node));
  if (!types.includes('numeric')) return undefined;
  if (areShortLiterals(nodes.filter((_, i) => types[i] === 'numeric')))
    // Without a number column it is an ordinary comparison, unless only DuckDB knows the type of another operand.
    if (types.every((type) => type !== undefined) && types.some((type) => type !== 'numeric'))
      return undefined;
  if (nodes.some((node, i) => isDocument(node, types[i]))) return toJson;
  if (types.some(isFloat)) return toDouble;
  return types.every(
    (type) => type === undefined || type === 'unknown' || type === 'numeric' || isInteger(type),
  )
    ? toKey
    : undefined;
}

/** Digits of a bigint. */
const INTEGER_DIGITS = 19;

/** Whether a DECIMAL has all digits of these literals and of any integer. */
function areShortLiterals(nodes: readonly Node[]): boolean {
  const values = nodes.map((node) => parseExactNumber(getNumberText(node) ?? ''));
  let [whole, scale] = [INTEGER_DIGITS, 0];
  for (const value of values) {
    if (value === undefined || typeof value === 'string') return false;
    whole = Math.max(whole, decimalPrecision(value) - value.scale);
    scale = Math.max(scale, value.scale);
  }
  return whole + scale <= MAX_DIGITS;
}

/** Columns of documents that are compared are marked until the values of parameters are known. */
function isDocument(node: Node, type: string | undefined): boolean {
  return type === 'json' || type === 'jsonb' || matchCall(node)?.name === 'pg_compared_document';
}

/** `x = ANY (array)` and `x <> ALL (array)`. */
function compareElements(expression: A_Expr, value: Node, array: Node, lane: ExactLane): Node | undefined {
  const items = getElements(array);
  if (items !== undefined) {
    const values = [value, ...items];
    // A cast of the array makes its elements numeric.
    const isCast = lane.typeOf(array) === '_numeric' && !isFloat(lane.typeOf(value));
    const [first, ...rest] =
      convertTogether(values, lane) ??
      values.map((node) => (isCast ? toKey(node, lane) : lane.rewrite(node)));
    return first && { A_Expr: { ...expression, lexpr: first, rexpr: { A_ArrayExpr: { elements: rest } } } };
  }
  const [type, element] = [lane.typeOf(value), lane.typeOf(array)?.replace(/^_/, '')];
  if (type !== 'numeric' && element !== 'numeric') return undefined;
  if (isFloat(type) || isFloat(element)) return undefined;
  return {
    A_Expr: { ...expression, lexpr: toKey(value, lane), rexpr: call('num_keys', [lane.rewrite(array)]) },
  };
}

/** The elements of an array constructor or an array literal, with or without a cast to another type of numbers. */
export function getElements(array: Node): readonly Node[] | undefined {
  if ('A_ArrayExpr' in array) return array.A_ArrayExpr.elements ?? [];
  if (!('TypeCast' in array)) return arrayElements(array);
  const { arg, typeName } = array.TypeCast;
  if (typeName?.arrayBounds?.length !== 1 || arg === undefined) return undefined;
  const { arrayBounds: _, ...element } = typeName;
  return getElements(arg)?.map((each) => ({ TypeCast: { arg: each, typeName: element } }));
}

/** `x IN (SELECT …)`, `x < ALL (SELECT …)` and the like, where one of the sides is numeric. */
export function compareSubquery(link: SubLink, lane: ExactLane): Node | undefined {
  const { testexpr, subselect } = link;
  if (testexpr === undefined || subselect === undefined || !('SelectStmt' in subselect)) return undefined;
  const query = subselect.SelectStmt;
  const types = lane.outputOf(query).map(({ type }) => type);
  const tested = 'RowExpr' in testexpr ? (testexpr.RowExpr.args ?? []) : [testexpr];
  const pairs = tested.map((node, i) => choosePair(node, types[i], isStoredOutput(query, i, lane), lane));
  if (pairs.every((pair) => pair === 'same')) return undefined;
  const tests = tested.map((node, i) => convertTested(node, pairs[i] ?? 'same', lane));
  const [only] = tests;
  return {
    SubLink: {
      ...link,
      ...('RowExpr' in testexpr
        ? { testexpr: { RowExpr: { ...testexpr.RowExpr, args: tests } } }
        : only && { testexpr: only }),
      subselect: {
        SelectStmt: wrapQuery(
          lane.query(query),
          pairs.map((pair, i) => ({ name: `c${i + 1}`, convert: toOutput(pair, types[i]) })),
        ),
      },
    },
  };
}

type Pair = 'same' | 'key' | 'double';

function choosePair(node: Node, output: string | undefined, isStored: boolean, lane: ExactLane): Pair {
  const type = lane.typeOf(node);
  if (type !== 'numeric' && output !== 'numeric') return 'same';
  if (isFloat(type) || isFloat(output)) return 'double';
  // Stored numbers are equal structs, and the planner knows joins of columns.
  return isStored && isStoredNumber(node, lane) ? 'same' : 'key';
}

/** Whether a column of a query is a stored number without a computation. */
function isStoredOutput({ targetList, op = 'SETOP_NONE' }: SelectStmt, at: number, lane: ExactLane): boolean {
  const target = op === 'SETOP_NONE' ? targetList?.[at] : undefined;
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  return value !== undefined && isStoredNumber(value, lane);
}

function convertTested(node: Node, pair: Pair, lane: ExactLane): Node {
  switch (pair) {
    case 'same':
      return lane.rewrite(node);
    case 'key':
      return toKey(node, lane);
    case 'double':
      return toDouble(node, lane);
  }
}

function toOutput(pair: Pair, type: string | undefined): (value: Node) => Node {
  switch (pair) {
    case 'same':
      return (value) => value;
    case 'key': {
      const convert = type === 'numeric' ? undefined : isInteger(type) ? 'num_of' : 'num_any';
      return (value) =>
        call('struct_extract', [convert === undefined ? value : call(convert, [value]), constant('n')]);
    }
    case 'double':
      return (value) => (type === 'numeric' ? call('num_double', [value]) : value);
  }
}

/** A query over a query, with a function of each column. */
export function wrapQuery(
  query: SelectStmt,
  outputs: readonly { readonly name: string; readonly convert: (value: Node) => Node }[],
): SelectStmt {
  const names = outputs.map((_, i) => `c${i + 1}`);
  return {
    op: 'SETOP_NONE',
    targetList: outputs.map(({ name: output, convert }, i) => ({
      ResTarget: { name: output, val: convert(column('exact', names[i] ?? '')) },
    })),
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: query },
          alias: { aliasname: 'exact', colnames: names.map(name) },
        },
      },
    ],
  };
}

/** NULLIF, which returns its first value with its zeros at the end. */
export function nullIfNumber(expression: A_Expr, lane: ExactLane): Node | undefined {
  const { lexpr, rexpr } = expression;
  if (lexpr === undefined || rexpr === undefined) return undefined;
  const types = [lane.typeOf(lexpr), lane.typeOf(rexpr)];
  if (!types.includes('numeric')) return undefined;
  return types.some(isFloat)
    ? { A_Expr: { ...expression, lexpr: toDouble(lexpr, lane), rexpr: toDouble(rexpr, lane) } }
    : call('num_nullif', [toNumber(lexpr, lane), toNumber(rexpr, lane)]);
}

/** A number without zeros at the end, so that equal numbers are equal structs. */
export function trimmed(number: Node, original: Node, lane: ExactLane): Node {
  return isStoredNumber(original, lane) ? number : call('num_trim', [number]);
}
