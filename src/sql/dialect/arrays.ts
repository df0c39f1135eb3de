import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { countDimensions } from './array-dimensions.ts';
import { call, getConstantText, matchCall } from './build.ts';
import { matchOperator } from './operator.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** Arrays that are joined, and NULL among them. */
export const arrayRewrites: readonly Rewrite[] = [
  {
    name: 'concatenation of arrays',
    why: 'DuckDB joins only lists, and returns NULL if one of them is NULL.',
    apply: (node, context, original) => {
      const [expression, before] = [matchOperator(node), matchOperator(original)];
      if (expression?.operator !== '||' || expression.left === undefined || before?.left === undefined)
        return undefined;
      const [left, right] = [classify(before.left, context), classify(before.right, context)];
      if (left !== 'array' && right !== 'array') return undefined;
      const joined = joinDimensions(
        [expression.left, expression.right],
        [before.left, before.right],
        context,
      );
      if (joined !== undefined) return joined;
      if (left === 'element') return call('list_prepend', [expression.left, expression.right]);
      if (right === 'element') return call('list_append', [expression.left, expression.right]);
      if (left === 'null') return expression.right;
      return right === 'null' ? expression.left : call('list_concat', [expression.left, expression.right]);
    },
  },
  {
    name: 'arrays of arrays',
    why: 'DuckDB joins and unnests only their first dimension.',
    apply: (node, context, original) => {
      const [fn, before] = [matchCall(node), matchCall(original)];
      const [array, ...more] = fn?.args ?? [];
      if (fn === undefined || array === undefined) return undefined;
      if (fn.name === 'array_cat') return joinDimensions(fn.args, before?.args ?? [], context);
      if (!BY_ELEMENT.has(fn.name)) return undefined;
      const dimensions = countDimensions(before?.args[0], context);
      if (dimensions < 2) return undefined;
      if (fn.name === 'array_position' || fn.name === 'array_positions')
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          'searching for elements in multidimensional arrays is not supported',
          { position: context.position(fn.call.location ?? 0) },
        );
      const flat = Array.from({ length: dimensions - 1 }).reduce<Node>(
        (inner) => call('flatten', [inner]),
        array,
      );
      return call(fn.name === 'unnest' ? fn.name : 'pg_array_to_string', [flat, ...more]);
    },
  },
  {
    name: 'containment of arrays',
    why: 'In DuckDB NULL contains NULL.',
    apply: (node, context, original) => {
      const [expression, before] = [matchOperator(node), matchOperator(original)];
      const { operator, left, right } = expression ?? {};
      if (left === undefined || right === undefined || before?.left === undefined) return undefined;
      if (operator !== '@>' && operator !== '<@') return undefined;
      if (![before.left, before.right].some((side) => classify(side, context) === 'array')) return undefined;
      return call('pg_array_contains', operator === '@>' ? [left, right] : [right, left]);
    },
  },
  {
    name: 'array_fill',
    why: 'DuckDB has no such function.',
    apply: (node) => {
      const fn = matchCall(node);
      const [value, lengths, ...more] = fn?.args ?? [];
      if (fn?.name !== 'array_fill' || value === undefined || lengths === undefined || more.length > 0)
        return undefined;
      const sizes = 'A_ArrayExpr' in lengths ? (lengths.A_ArrayExpr.elements ?? []) : [];
      return sizes.length === 0
        ? undefined
        : sizes.toReversed().reduce((inner, size) => call('pg_repeated', [inner, size]), value);
    },
  },
  {
    name: 'string_agg',
    why: "DuckDB's separator must be constant, and not NULL.",
    apply: (node) => {
      const fn = matchCall(node);
      const [text, separator] = fn?.args ?? [];
      if (fn?.name !== 'string_agg' || text === undefined || separator === undefined) return undefined;
      if ('A_Const' in separator && separator.A_Const.isnull === true)
        return { FuncCall: { ...fn.call, args: [text, { A_Const: { sval: {} } }] } };
      if (getConstantText(separator) !== undefined || fn.call.agg_distinct === true) return undefined;
      const pair = call('struct_pack', [
        { NamedArgExpr: { name: 'text', arg: text } },
        { NamedArgExpr: { name: 'separator', arg: separator } },
      ]);
      const list: Node = { FuncCall: { ...fn.call, funcname: [{ String: { sval: 'list' } }], args: [pair] } };
      return call('pg_joined_texts', [list]);
    },
  },
];

const BY_ELEMENT: ReadonlySet<string> = new Set([
  'unnest',
  'array_to_string',
  'array_position',
  'array_positions',
]);

/** Joins arrays of different dimensions; undefined if they have the same. */
function joinDimensions(
  [left, right]: readonly Node[],
  [before, after]: readonly Node[],
  context: RewriteContext,
): Node | undefined {
  const [first, second] = [countDimensions(before, context), countDimensions(after, context)];
  if (left === undefined || right === undefined || first === 0 || second === 0) return undefined;
  if (first === second + 1) return call('list_append', [left, right]);
  return second === first + 1 ? call('list_prepend', [left, right]) : undefined;
}

type Operand = 'array' | 'element' | 'null';

/** A NULL without a type is an array, too. */
function classify(node: Node, context: RewriteContext): Operand {
  if ('A_ArrayExpr' in node) return 'array';
  if ('A_Const' in node && node.A_Const.isnull === true) return 'null';
  return context.typeOf(node)?.startsWith('_') === true ? 'array' : 'element';
}
