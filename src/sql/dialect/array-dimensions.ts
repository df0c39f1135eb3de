import type { Node } from 'libpg-query';
import { parseArray, type ArrayElement } from '../types/text-input.ts';
import { getConstantText, matchCall } from './build.ts';
import { matchOperator } from './operator.ts';
import type { ExpressionTypes } from './types.ts';

const FROM_FIRST: ReadonlySet<string> = new Set([
  'array_append',
  'array_remove',
  'array_replace',
  'trim_array',
  'array_shuffle',
  'min',
  'max',
]);

/**
 * The number of dimensions of an expression that has the type of an array, as far as it can be seen without running the
 * statement: PostgreSQL has one type for arrays of all dimensions. 0 for other expressions.
 */
export function countDimensions(node: Node | undefined, context: ExpressionTypes): number {
  if (node === undefined) return 0;
  const count = (inner: Node | undefined): number => countDimensions(inner, context);
  if ('A_ArrayExpr' in node) return 1 + count(node.A_ArrayExpr.elements?.[0]);
  if ('TypeCast' in node && node.TypeCast.typeName?.arrayBounds !== undefined)
    return getDepth(parseArray(getConstantText(node.TypeCast.arg) ?? '')) ?? count(node.TypeCast.arg);
  if ('CoalesceExpr' in node) return Math.max(0, ...(node.CoalesceExpr.args ?? []).map(count));
  const isArray = context.typeOf(node)?.startsWith('_') === true;
  if ('A_Indirection' in node) {
    const isSlice = node.A_Indirection.indirection?.some(
      (step) => 'A_Indices' in step && step.A_Indices.is_slice === true,
    );
    return isSlice === true ? count(node.A_Indirection.arg) : 0;
  }
  const expression = matchOperator(node);
  if (expression?.operator === '||' && isArray)
    return Math.max(1, count(expression.left), count(expression.right));
  const fn = matchCall(node);
  if (fn?.name === 'array_agg') return 1 + count(fn.args[0]);
  if (fn?.name === 'array_cat') return Math.max(1, ...fn.args.map(count));
  if (fn?.name === 'array_prepend') return count(fn.args[1]);
  if (fn !== undefined && FROM_FIRST.has(fn.name)) return count(fn.args[0]);
  const [definition] = context.definitionsOf(node) ?? [];
  return definition === undefined || definition === node ? (isArray ? 1 : 0) : count(definition);
}

function getDepth(items: ArrayElement | undefined): number | undefined {
  if (items === undefined) return undefined;
  return items === null || typeof items === 'string' ? 0 : 1 + (getDepth(items[0] ?? null) ?? 0);
}

/** Whether all arrays of one dimension have the same length, as PostgreSQL requires. */
export function isRectangular(items: readonly ArrayElement[]): boolean {
  const shapes = new Set(items.map(describeShape));
  return shapes.size <= 1 && !shapes.has(undefined);
}

function describeShape(item: ArrayElement): string | undefined {
  if (item === null || typeof item === 'string') return '';
  return isRectangular(item)
    ? `${item.length}${item.length === 0 ? '' : describeShape(item[0] ?? null)}`
    : undefined;
}
