import type { A_Expr, CaseExpr, Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { decimalCast, matchCall } from './build.ts';
import { getAlternatives, inferDecimalShape, losesDigits } from './decimal-shape.ts';
import { MAX_DIGITS } from './number-scale.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** Values that DuckDB converts to a common DECIMAL, for which it rounds some of them. */
export const decimalRewrites: readonly Rewrite[] = [
  {
    name: 'numbers of several scales',
    why: 'DuckDB silently rounds to the digits that are left in a DECIMAL of 38 digits; a cast to more of them fails instead.',
    apply: (node, context) => {
      if ('A_Expr' in node) return alignOperands(node.A_Expr, node, context);
      const fn = matchCall(node);
      if (fn !== undefined && context.typeOf(node) === 'numeric') return alignArguments(fn, context);
      const values = getAlternatives(node);
      if (values === undefined || !/^_?numeric$/.test(context.typeOf(node) ?? '')) return undefined;
      const aligned = alignScales(values, context);
      return aligned && withAlternatives(node, aligned);
    },
  },
];

/**
 * Casts values to the most digits after the point that one of them has; undefined if DuckDB loses none. `takesFirst`: DuckDB
 * converts them to the type of the first instead of a common one.
 */
function alignScales(nodes: readonly Node[], types: ExpressionTypes, takesFirst = false): Node[] | undefined {
  const shapes = nodes.map((node) => inferDecimalShape(node, types));
  const scale = Math.max(...shapes.map((shape) => shape?.scale ?? 0));
  const isRounded = takesFirst ? (shapes[0]?.scale ?? scale) < scale : losesDigits(shapes);
  if (!isRounded) return undefined;
  return nodes.map((node, i) =>
    shapes[i] === undefined || shapes[i].scale === scale ? node : decimalCast(node, MAX_DIGITS, scale),
  );
}

/** The arguments of a function of which one is its result, or that are computed with in one type. */
const ALIGNED: ReadonlyMap<string, readonly number[]> = new Map([
  ['mod', [0, 1]],
  ['lag', [0, 2]],
  ['lead', [0, 2]],
]);

function alignArguments(
  { name, call, args }: NonNullable<ReturnType<typeof matchCall>>,
  types: ExpressionTypes,
): Node | undefined {
  const positions = (ALIGNED.get(name) ?? []).filter((at) => at < args.length);
  const aligned = alignScales(
    positions.flatMap((at) => args[at] ?? []),
    types,
    name !== 'mod',
  );
  if (aligned === undefined) return undefined;
  return { FuncCall: { ...call, args: args.map((arg, i) => aligned[positions.indexOf(i)] ?? arg) } };
}

function alignOperands(expression: A_Expr, node: Node, types: ExpressionTypes): Node | undefined {
  const { kind, name, lexpr, rexpr } = expression;
  if (lexpr === undefined || rexpr === undefined) return undefined;
  if (kind === 'AEXPR_OP' && getStringValues(name).at(-1) === '%' && types.typeOf(node) === 'numeric') {
    const [left, right] = alignScales([lexpr, rexpr], types) ?? [];
    return left && right && { A_Expr: { ...expression, lexpr: left, rexpr: right } };
  }
  if ((kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') && 'A_ArrayExpr' in rexpr) {
    const [left, ...elements] = alignScales([lexpr, ...(rexpr.A_ArrayExpr.elements ?? [])], types) ?? [];
    const array: Node = { A_ArrayExpr: { ...rexpr.A_ArrayExpr, elements } };
    return left && { A_Expr: { ...expression, lexpr: left, rexpr: array } };
  }
  if (!('RowExpr' in lexpr)) return undefined;
  const rows = [lexpr, ...('List' in rexpr ? (rexpr.List.items ?? []) : [rexpr])];
  const [left, ...others] = alignRows(rows, types) ?? [];
  const [right] = others;
  if (left === undefined || right === undefined) return undefined;
  return {
    A_Expr: { ...expression, lexpr: left, rexpr: 'List' in rexpr ? { List: { items: others } } : right },
  };
}

/** Rows that are compared, member by member. */
function alignRows(rows: readonly Node[], types: ExpressionTypes): readonly Node[] | undefined {
  const members = rows.map((row) => ('RowExpr' in row ? (row.RowExpr.args ?? []) : []));
  const columns = (members[0] ?? []).map((_, i) => {
    const column = members.flatMap((row) => row[i] ?? []);
    return column.length === rows.length ? alignScales(column, types) : undefined;
  });
  if (columns.every((column) => column === undefined)) return undefined;
  return rows.map((row, at) =>
    'RowExpr' in row
      ? { RowExpr: { ...row.RowExpr, args: (members[at] ?? []).map((each, i) => columns[i]?.[at] ?? each) } }
      : row,
  );
}

function withAlternatives(node: Node, values: Node[]): Node {
  if ('CoalesceExpr' in node) return { CoalesceExpr: { ...node.CoalesceExpr, args: values } };
  if ('MinMaxExpr' in node) return { MinMaxExpr: { ...node.MinMaxExpr, args: values } };
  if ('A_ArrayExpr' in node) return { A_ArrayExpr: { ...node.A_ArrayExpr, elements: values } };
  return 'CaseExpr' in node ? { CaseExpr: withResults(node.CaseExpr, values) } : node;
}

function withResults(expression: CaseExpr, values: readonly Node[]): CaseExpr {
  const { args = [], defresult } = expression;
  const last = values.at(-1);
  return {
    ...expression,
    args: args.map((when, i): Node => {
      const result = values[i];
      return 'CaseWhen' in when && result !== undefined ? { CaseWhen: { ...when.CaseWhen, result } } : when;
    }),
    ...(defresult !== undefined && last !== undefined && { defresult: last }),
  };
}
