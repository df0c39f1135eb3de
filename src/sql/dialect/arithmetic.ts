import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, matchCall, cast, constant, getConstantText, number } from './build.ts';
import { matchOperator } from './operator.ts';
import { formatInternalType } from '../types/types.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Arithmetic for which DuckDB returns NULL or infinity instead of an error, or another type. */
export const arithmeticRewrites: readonly Rewrite[] = [
  {
    name: 'division and remainder',
    why: 'DuckDB divides by zero to NULL or infinity, and cannot divide an interval.',
    apply: (node, context, original) => {
      const [operator, left, right] = matchDivision(node);
      if (left === undefined || right === undefined) return undefined;
      const dividend = matchDivision(original)[1];
      const divisor = isNonzero(right) ? right : call('pg_nonzero', [right]);
      if (operator === '/' && inferStaticType(dividend, context) === 'interval')
        return binary('*', left, binary('/', cast(number('1'), 'float8'), divisor));
      return divisor === right ? undefined : binary(operator, left, divisor);
    },
  },
  {
    name: 'powers',
    why: 'DuckDB returns infinity on overflow.',
    apply: (node) => {
      const expression = matchOperator(node);
      if (expression?.operator === '^' && expression.left !== undefined)
        return call('pg_finite', [call('power', [expression.left, expression.right])]);
      const fn = matchCall(node);
      return fn !== undefined && ['power', 'pow', 'exp'].includes(fn.name)
        ? call('pg_finite', [node])
        : undefined;
    },
  },
  {
    name: 'sums of integers',
    why: 'DuckDB returns HUGEINT, whose division discards the fraction. In PostgreSQL the sum of a bigint is numeric, and of an integer bigint.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (fn?.name !== 'sum') return undefined;
      const type = inferStaticType(matchCall(original)?.args[0], context);
      if (type === 'float8' || type === 'interval') return undefined;
      return type === 'int4' ? cast(node, 'int8') : binary('+', node, number('0.'));
    },
  },
  {
    name: 'percentile_cont',
    why: 'PostgreSQL computes it in double precision; DuckDB keeps the type of the argument.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [order] = fn?.call.agg_order ?? [];
      const [before] = matchCall(original)?.call.agg_order ?? [];
      if (
        fn?.name !== 'percentile_cont' ||
        order === undefined ||
        !('SortBy' in order) ||
        order.SortBy.node === undefined
      )
        return undefined;
      if (
        before !== undefined &&
        'SortBy' in before &&
        inferStaticType(before.SortBy.node, context) === 'interval'
      )
        return undefined;
      const sorted: Node = { SortBy: { ...order.SortBy, node: cast(order.SortBy.node, 'float8') } };
      return { FuncCall: { ...fn.call, agg_order: [sorted] } };
    },
  },
  {
    name: 'rounding',
    why: 'PostgreSQL rounds half to even in double precision, DuckDB away from zero.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (
        fn?.name !== 'round' ||
        fn.args.length !== 1 ||
        inferStaticType(matchCall(original)?.args[0], context) !== 'float8'
      )
        return undefined;
      return call('round_even', [...fn.args, number('0')]);
    },
  },
  {
    name: 'numeric to integer',
    why: 'Averages and quotients are DOUBLE in DuckDB, so a cast rounds half to even.',
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const computed = original.TypeCast.arg;
      if (arg === undefined || computed === undefined || 'A_Const' in computed || 'TypeCast' in computed)
        return undefined;
      if (
        !/^int[248]$/.test(getStringValues(typeName?.names).at(-1) ?? '') ||
        inferStaticType(computed, context) !== 'numeric'
      )
        return undefined;
      return { TypeCast: { ...node.TypeCast, arg: call('round', [arg]) } };
    },
  },
  {
    name: 'pg_typeof',
    why: 'DuckDB returns the names of its own types.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const [arg] = fn?.args ?? [];
      if (fn?.name !== 'pg_typeof' || arg === undefined) return undefined;
      if (getConstantText(arg) !== undefined && 'A_Const' in arg) return constant('unknown');
      const [before] = matchCall(original)?.args ?? [];
      const type = before === undefined ? undefined : context.typeOf(before);
      if (type === undefined || type === 'unknown') return call('pg_type_name', [call('typeof', [arg])]);
      // The argument stays, because an aggregate in it decides how many rows there are.
      const known = constant(formatInternalType(type));
      return call('if', [{ NullTest: { arg, nulltesttype: 'IS_NULL' } }, known, known]);
    },
  },
];

function matchDivision(
  node: Node,
): readonly [operator: string, left: Node | undefined, right: Node | undefined] {
  const expression = matchOperator(node);
  if (expression?.operator === '/' || expression?.operator === '%')
    return [expression.operator, expression.left, expression.right];
  const fn = matchCall(node);
  return fn?.name === 'mod' ? ['%', fn.args[0], fn.args[1]] : ['', undefined, undefined];
}

function isNonzero(node: Node): boolean {
  if (!('A_Const' in node)) return false;
  const { ival, fval } = node.A_Const;
  return (ival?.ival ?? Number(fval?.fval ?? 0)) !== 0;
}
