import type { Node } from 'libpg-query';
import { getStringValue, visitNodes } from '../parse/tree.ts';
import { matchCall } from './build.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** Functions that return something else each time they are called. */
const VOLATILE: ReadonlySet<string> = new Set(['random', 'gen_random_uuid', 'clock_timestamp', 'rand']);

/** The FILTER clause of aggregates. It is rewritten before the arguments are. */
export const aggregateFilterRewrites: readonly Rewrite[] = [
  {
    name: 'FILTER',
    why: 'DuckDB evaluates the arguments of an aggregate for all rows, so that a row that FILTER leaves out can fail the statement.',
    apply: (node, context) => {
      const { call } = matchCall(node) ?? {};
      if (call?.agg_filter === undefined) return undefined;
      const { agg_filter: written, args = [], agg_order: order = [] } = call;
      if (isVolatile(written)) return undefined;
      const condition = inTurn(written);
      const guard = (value: Node): Node =>
        canFail(value, context)
          ? { CaseExpr: { args: [{ CaseWhen: { expr: condition, result: value } }] } }
          : value;
      const guarded = args.map(guard);
      const guardedOrder = order.map((item): Node => {
        if (!('SortBy' in item) || item.SortBy.node === undefined) return item;
        const key = guard(item.SortBy.node);
        return key === item.SortBy.node ? item : { SortBy: { ...item.SortBy, node: key } };
      });
      const isUnchanged =
        condition === written &&
        guarded.every((arg, i) => arg === args[i]) &&
        guardedOrder.every((item, i) => item === order[i]);
      return isUnchanged
        ? undefined
        : {
            FuncCall: {
              ...call,
              agg_filter: condition,
              ...(args.length === 0 ? {} : { args: guarded }),
              ...(order.length === 0 ? {} : { agg_order: guardedOrder }),
            },
          };
    },
  },
];

/** Constants and columns cannot fail, except columns of several types, which fail where a number is expected. */
function canFail(value: Node, context: ExpressionTypes): boolean {
  if ('ColumnRef' in value) return context.typeOf(value) === 'json';
  return !('A_Const' in value);
}

/** A conjunction whose later conditions may fail, so that they are tested only where the ones before hold. DuckDB may reorder AND. */
function inTurn(condition: Node): Node {
  const { boolop, args = [] } = 'BoolExpr' in condition ? condition.BoolExpr : {};
  const last = args.at(-1);
  if (boolop !== 'AND_EXPR' || last === undefined || !args.slice(1).some(converts)) return condition;
  return args.slice(0, -1).reduceRight<Node>(
    (result, expr) => ({
      CaseExpr: { args: [{ CaseWhen: { expr, result } }], defresult: { A_Const: { boolval: {} } } },
    }),
    last,
  );
}

/** The driver's functions that convert values to numbers. */
const CONVERSION = /^(?:num|pg_mixed_number|pg_read)/;

/** Whether a condition casts or divides a value. */
function converts(condition: Node): boolean {
  let found = false;
  visitNodes(condition, (node) => {
    found ||= 'TypeCast' in node && node.TypeCast.arg !== undefined && !('A_Const' in node.TypeCast.arg);
    found ||= CONVERSION.test(matchCall(node)?.name ?? '');
    found ||= 'A_Expr' in node && /^[/%]$/.test(getStringValue(node.A_Expr.name?.[0]) ?? '');
  });
  return found;
}

function isVolatile(condition: Node): boolean {
  let found = false;
  visitNodes(condition, (node) => {
    found ||= VOLATILE.has(matchCall(node)?.name ?? '');
  });
  return found;
}
