import type { Node } from 'libpg-query';
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
      if (left === 'element') return call('list_prepend', [expression.left, expression.right]);
      if (right === 'element') return call('list_append', [expression.left, expression.right]);
      if (left === 'null') return expression.right;
      return right === 'null' ? expression.left : call('list_concat', [expression.left, expression.right]);
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

type Operand = 'array' | 'element' | 'null';

/** A NULL without a type is an array, too. */
function classify(node: Node, context: RewriteContext): Operand {
  if ('A_ArrayExpr' in node) return 'array';
  if ('A_Const' in node && node.A_Const.isnull === true) return 'null';
  return context.typeOf(node)?.startsWith('_') === true ? 'array' : 'element';
}
