import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, callOf, cast, constant, constantText, number } from './build.ts';
import { operatorOf } from './operator.ts';
import { staticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Numbers: where DuckDB gives NULL or infinity instead of a failure, or another type. */
export const arithmeticRewrites: readonly Rewrite[] = [
  {
    name: 'division and remainder',
    why: 'For DuckDB a division by zero is NULL or infinity, and an interval cannot be divided.',
    apply: (node, _, written) => {
      const [operator, left, right] = divisionOf(node);
      if (left === undefined || right === undefined) return undefined;
      const dividend = divisionOf(written)[1];
      const divisor = isNonzero(right) ? right : call('pg_nonzero', [right]);
      if (operator === '/' && staticType(dividend) === 'interval')
        return binary('*', left, binary('/', cast(number('1'), 'float8'), divisor));
      return divisor === right ? undefined : binary(operator, left, divisor);
    },
  },
  {
    name: 'powers',
    why: 'DuckDB runs over to infinity.',
    apply: (node) => {
      const expression = operatorOf(node);
      if (expression?.operator === '^' && expression.left !== undefined)
        return call('pg_finite', [call('power', [expression.left, expression.right])]);
      const fn = callOf(node);
      return fn !== undefined && ['power', 'pow', 'exp'].includes(fn.name)
        ? call('pg_finite', [node])
        : undefined;
    },
  },
  {
    name: 'sums of integers',
    why: 'DuckDB gives HUGEINT, which divides without a fraction; in PostgreSQL the sum of a bigint is numeric, that of an integer bigint.',
    apply: (node, _, written) => {
      const fn = callOf(node);
      if (fn?.name !== 'sum') return undefined;
      const type = staticType(callOf(written)?.args[0]);
      if (type === 'float8' || type === 'interval') return undefined;
      return type === 'int4' ? cast(node, 'int8') : binary('+', node, number('0.'));
    },
  },
  {
    name: 'percentile_cont',
    why: 'In PostgreSQL it is computed in double precision; DuckDB keeps the type of its argument.',
    apply: (node, _, written) => {
      const fn = callOf(node);
      const [order] = fn?.call.agg_order ?? [];
      const [before] = callOf(written)?.call.agg_order ?? [];
      if (
        fn?.name !== 'percentile_cont' ||
        order === undefined ||
        !('SortBy' in order) ||
        order.SortBy.node === undefined
      )
        return undefined;
      if (before !== undefined && 'SortBy' in before && staticType(before.SortBy.node) === 'interval')
        return undefined;
      const sorted: Node = { SortBy: { ...order.SortBy, node: cast(order.SortBy.node, 'float8') } };
      return { FuncCall: { ...fn.call, agg_order: [sorted] } };
    },
  },
  {
    name: 'rounding',
    why: 'PostgreSQL rounds halves of double precision to the even neighbour, DuckDB away from zero.',
    apply: (node, _, written) => {
      const fn = callOf(node);
      if (fn?.name !== 'round' || fn.args.length !== 1 || staticType(callOf(written)?.args[0]) !== 'float8')
        return undefined;
      return call('round_even', [...fn.args, number('0')]);
    },
  },
  {
    name: 'numeric to integer',
    why: 'Averages and quotients are DOUBLE in DuckDB, whose halves are rounded to even.',
    apply: (node, _, written) => {
      if (!('TypeCast' in node) || !('TypeCast' in written)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const computed = written.TypeCast.arg;
      if (arg === undefined || computed === undefined || 'A_Const' in computed || 'TypeCast' in computed)
        return undefined;
      if (
        !/^int[248]$/.test(getStringValues(typeName?.names).at(-1) ?? '') ||
        staticType(computed) !== 'numeric'
      )
        return undefined;
      return { TypeCast: { ...node.TypeCast, arg: call('round', [arg]) } };
    },
  },
  {
    name: 'pg_typeof',
    why: 'DuckDB names its own types.',
    apply: (node, _, written) => {
      const fn = callOf(node);
      const [arg] = fn?.args ?? [];
      if (fn?.name !== 'pg_typeof' || arg === undefined) return undefined;
      if (constantText(arg) !== undefined && 'A_Const' in arg) return constant('unknown');
      const inner = callOf(callOf(written)?.args[0]);
      const [averaged] = callOf(arg)?.args ?? [];
      if (inner?.name === 'avg' && averaged !== undefined)
        return call('pg_average_type', [call('typeof', [call('min', [averaged])])]);
      const type = staticType(callOf(written)?.args[0]);
      return type === 'numeric' || type === 'jsonb'
        ? constant(type)
        : call('pg_type_name', [call('typeof', [arg])]);
    },
  },
];

function divisionOf(
  node: Node,
): readonly [operator: string, left: Node | undefined, right: Node | undefined] {
  const expression = operatorOf(node);
  if (expression?.operator === '/' || expression?.operator === '%')
    return [expression.operator, expression.left, expression.right];
  const fn = callOf(node);
  return fn?.name === 'mod' ? ['%', fn.args[0], fn.args[1]] : ['', undefined, undefined];
}

function isNonzero(node: Node): boolean {
  if (!('A_Const' in node)) return false;
  const { ival, fval } = node.A_Const;
  return (ival?.ival ?? Number(fval?.fval ?? 0)) !== 0;
}
