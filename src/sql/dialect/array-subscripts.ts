import type { A_Indices, Node } from 'libpg-query';
import { countDimensions } from './array-dimensions.ts';
import { binary, call, getConstantInteger, number } from './build.ts';
import type { Rewrite } from './types.ts';

/** Elements and slices of arrays. */
export const arraySubscriptRewrites: readonly Rewrite[] = [
  {
    name: 'subscripts of arrays',
    why: 'DuckDB counts negative positions from the end, and slices only the first dimension.',
    apply: (node, context, original) => {
      if (!('A_Indirection' in node) || !('A_Indirection' in original)) return undefined;
      const { arg, indirection = [] } = node.A_Indirection;
      const before = original.A_Indirection.arg;
      if (arg === undefined || before === undefined || context.typeOf(before)?.startsWith('_') !== true)
        return undefined;
      const steps = indirection.flatMap((step) => ('A_Indices' in step ? [step.A_Indices] : []));
      const dimensions = countDimensions(before, context);
      if (steps.length < indirection.length || dimensions === 0) return undefined;
      if (steps.some((step) => step.is_slice === true))
        return dimensions === 2 && steps.length <= 2 ? slice(arg, steps.map(toSlice)) : undefined;
      // An element of fewer dimensions is none.
      if (steps.length !== dimensions) return dimensions > 1 ? { A_Const: { isnull: true } } : undefined;
      const kept = steps.map(toPosition);
      if (kept.every((step, i) => step === steps[i])) return undefined;
      return { A_Indirection: { arg, indirection: kept.map((step) => ({ A_Indices: step })) } };
    },
  },
];

/** A position below 1 is outside the array. */
function toPosition(step: A_Indices): A_Indices {
  const known = getConstantInteger(step.uidx);
  if (step.uidx === undefined || (known !== undefined && known > 0)) return step;
  const expr = binary('>', step.uidx, number('0'));
  return { ...step, uidx: { CaseExpr: { args: [{ CaseWhen: { expr, result: step.uidx } }] } } };
}

/** Beside a slice, a position stands for the slice that ends there. */
function toSlice(step: A_Indices): A_Indices {
  return step.is_slice === true || step.uidx === undefined
    ? step
    : { is_slice: true, lidx: number('1'), uidx: step.uidx };
}

/** Slices the first dimension, and the second one if there is a slice for it. */
function slice(array: Node, [first, second]: readonly A_Indices[]): Node {
  if (first === undefined) return array;
  const sliced: Node = { A_Indirection: { arg: array, indirection: [{ A_Indices: first }] } };
  if (second === undefined) return sliced;
  return call('pg_inner_slice', [sliced, second.lidx ?? number('1'), second.uidx ?? number(MAX_INTEGER)]);
}

const MAX_INTEGER = '2147483647';
