import type { Node, SelectStmt } from 'libpg-query';
import { matchCall } from '../dialect/build.ts';
import {
  combineShapes,
  type DecimalShape,
  inferDecimalShape,
  losesDigits,
  shapeOfColumn,
} from '../dialect/decimal-shape.ts';
import { MAX_DIGITS } from '../dialect/number-scale.ts';
import type { ExpressionTypes } from '../dialect/types.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';

/** Functions whose results DuckDB has only as doubles, or that depend on the zeros at the end of a number. */
const FUNCTIONS: ReadonlySet<string> = new Set('exp ln log log10 pow power sqrt'.split(' '));
const ALWAYS: ReadonlySet<string> = new Set(['div', 'min_scale', 'scale', 'trim_scale']);
/** Functions that put numbers into arrays, which have one type of elements in DuckDB. */
const ARRAYS: ReadonlySet<string> = new Set(
  'array_append array_cat array_position array_positions array_prepend array_remove array_replace'.split(' '),
);
const OPERATORS: ReadonlySet<string> = new Set(['^', '|/']);

/** Whether a statement computes with exact numbers what DuckDB has no type for. The types are inferred only if it may. */
export function needsExactNumbers(select: SelectStmt, infer: () => ExpressionTypes): boolean {
  const candidates: Node[] = [];
  visitNodes([{ SelectStmt: select }], (node) => {
    if (isCandidate(node)) candidates.push(node);
  });
  if (candidates.length === 0) return false;
  const types = infer();
  return candidates.some((node) => needsThem(node, types));
}

function isCandidate(node: Node): boolean {
  if ('SelectStmt' in node)
    return node.SelectStmt.larg !== undefined || node.SelectStmt.valuesLists !== undefined;
  if ('SubLink' in node) return node.SubLink.testexpr !== undefined;
  if ('A_Expr' in node) return OPERATORS.has(getStringValues(node.A_Expr.name).at(-1) ?? '');
  if ('TypeCast' in node)
    return (
      node.TypeCast.typeName?.arrayBounds !== undefined &&
      getStringValues(node.TypeCast.typeName.names).at(-1) === 'numeric'
    );
  const name = matchCall(node)?.name ?? '';
  return FUNCTIONS.has(name) || ALWAYS.has(name) || ARRAYS.has(name) || isWindowOfQuotients(node);
}

/** DuckDB cannot bind a window function of quotients within a quotient, as an average is. */
function isWindowOfQuotients(node: Node): boolean {
  const fn = matchCall(node);
  let found = false;
  if (fn?.call.over !== undefined)
    visitNodes(fn.args, (inner) => {
      found ||= 'A_Expr' in inner && getStringValues(inner.A_Expr.name).at(-1) === '/';
    });
  return found;
}

function needsThem(node: Node, types: ExpressionTypes): boolean {
  if ('SelectStmt' in node) return roundsRows(node.SelectStmt, types);
  if ('SubLink' in node) {
    const { testexpr, subselect } = node.SubLink;
    if (testexpr === undefined || subselect === undefined || !('SelectStmt' in subselect)) return false;
    const tested = 'RowExpr' in testexpr ? (testexpr.RowExpr.args ?? []) : [testexpr];
    const outputs = shapesOfOutput(subselect.SelectStmt, types);
    return tested.some((each, i) => mayLoseDigits([inferShape(each, types), outputs[i]]));
  }
  if ('TypeCast' in node) return node.TypeCast.typeName?.typmods === undefined;
  if (ALWAYS.has(matchCall(node)?.name ?? '')) return true;
  if (isWindowOfQuotients(node)) return types.typeOf(node) === 'numeric';
  if (ARRAYS.has(matchCall(node)?.name ?? ''))
    return (matchCall(node)?.args ?? []).some((arg) => types.typeOf(arg) === '_numeric');
  const args = 'A_Expr' in node ? [node.A_Expr.lexpr, node.A_Expr.rexpr] : (matchCall(node)?.args ?? []);
  return (
    types.typeOf(node) !== 'float8' &&
    args.some((arg) => arg !== undefined && types.typeOf(arg) === 'numeric')
  );
}

/** Whether the rows of UNION or VALUES have numbers of several scales. */
function roundsRows(select: SelectStmt, types: ExpressionTypes): boolean {
  const { larg, rarg, valuesLists } = select;
  const rows =
    larg !== undefined && rarg !== undefined
      ? [larg, rarg].map((arm) => shapesOfOutput(arm, types))
      : (valuesLists ?? []).map((row) =>
          'List' in row ? (row.List.items ?? []).map((each) => inferShape(each, types)) : [],
        );
  const width = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: width }, (_, i) => rows.map((row) => row[i])).some(mayLoseDigits);
}

function shapesOfOutput(select: SelectStmt, types: ExpressionTypes): readonly (DecimalShape | undefined)[] {
  return types.outputOf(select).map(({ type, stored, definitions }) => {
    if (stored !== undefined) return shapeOfColumn(stored);
    const shape = combineShapes((definitions ?? []).map((each) => inferDecimalShape(each, types)));
    return shape ?? (type === 'numeric' ? ANY_SHAPE : undefined);
  });
}

/** That of an exact number whose type only DuckDB knows: it may have any digits. */
const ANY_SHAPE: DecimalShape = { whole: MAX_DIGITS, scale: MAX_DIGITS };

function inferShape(node: Node, types: ExpressionTypes): DecimalShape | undefined {
  return inferDecimalShape(node, types) ?? (types.typeOf(node) === 'numeric' ? ANY_SHAPE : undefined);
}

function mayLoseDigits(shapes: readonly (DecimalShape | undefined)[]): boolean {
  return (
    shapes.length > 1 && (losesDigits(shapes) || shapes.filter((shape) => shape === ANY_SHAPE).length > 1)
  );
}
