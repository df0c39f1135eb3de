import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, callOf, cast, constant, constantText } from './build.ts';
import { operatorOf } from './operator.ts';
import { staticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

// Of these a cast prints the same in both, or the text is there already.
const PLAIN: ReadonlySet<string | undefined> = new Set(['text', 'int4', 'int8', 'date']);

/** An expression as text, printed as PostgreSQL prints it. */
export function asText(node: Node, written: Node | undefined): Node {
  const type = staticType(written);
  if (constantText(node) !== undefined || PLAIN.has(type)) return cast(node, 'varchar');
  return type === 'jsonb' ? call('pg_normal_json', [cast(node, 'varchar')]) : call('pg_text', [node]);
}

/** Values that become text. */
export const textRewrites: readonly Rewrite[] = [
  {
    name: 'casts to text',
    why: 'DuckDB prints floating-point numbers, intervals, bytes, arrays and JSON in its own way.',
    apply: (node, _, written) => {
      if (!('TypeCast' in node) || !('TypeCast' in written)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      if (arg === undefined || typeName?.arrayBounds !== undefined || typeName?.typmods !== undefined)
        return undefined;
      if (type !== 'text' && type !== 'varchar') return undefined;
      const printed = asText(arg, written.TypeCast.arg);
      return 'TypeCast' in printed ? undefined : printed;
    },
  },
  {
    name: 'concatenation',
    why: 'What is joined to text is printed as a cast prints it.',
    apply: (node, _, written) => {
      const [expression, before] = [operatorOf(node), operatorOf(written)];
      if (expression?.operator !== '||' || expression.left === undefined || before?.left === undefined)
        return undefined;
      const [left, right] = [isText(before.left), isText(before.right)];
      if (left === right) return undefined;
      const other = left ? before.right : before.left;
      if ('A_ArrayExpr' in other || PLAIN.has(staticType(other)) || staticType(other) === 'jsonb')
        return undefined;
      return left
        ? binary('||', expression.left, asText(expression.right, before.right))
        : binary('||', asText(expression.left, before.left), expression.right);
    },
  },
  {
    name: 'concat',
    why: 'As concatenation, with t and f for booleans.',
    apply: (node) => {
      const fn = callOf(node);
      if (
        fn === undefined ||
        fn.call.func_variadic === true ||
        (fn.name !== 'concat' && fn.name !== 'concat_ws')
      )
        return undefined;
      const printed = fn.args.map((arg) => (isPlain(arg) ? arg : call('pg_output', [arg])));
      return printed.every((arg, i) => arg === fn.args[i]) ? undefined : call(fn.name, printed);
    },
  },
  {
    name: 'format',
    why: "DuckDB's format has the placeholders of another language.",
    apply: (node) => {
      const fn = callOf(node);
      const [pattern, ...args] = fn?.args ?? [];
      if (fn?.name !== 'format' || pattern === undefined || fn.call.func_variadic === true) return undefined;
      const texts = args.map((arg) =>
        constantText(arg) === undefined ? call('pg_output', [arg]) : cast(arg, 'varchar'),
      );
      const json =
        texts.length === 0
          ? constant('[]')
          : cast(call('to_json', [{ A_ArrayExpr: { elements: texts } }]), 'varchar');
      return call('pg_format', [pattern, json]);
    },
  },
];

function isText(node: Node): boolean {
  return ('A_Const' in node && node.A_Const.sval !== undefined) || staticType(node) === 'text';
}

function isPlain(node: Node): boolean {
  return 'A_Const' in node && node.A_Const.boolval === undefined;
}
