import type { Node } from 'libpg-query';
import { textsOf } from '../parse/tree.ts';
import { call, name, number } from './build.ts';
import type { Rewrite } from './types.ts';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['btrim', 'trim'],
  ['every', 'bool_and'],
  ['octet_length', 'strlen'],
]);

/** Functions that DuckDB has under another name or with other arguments. */
export const functionRewrites: readonly Rewrite[] = [
  {
    name: 'function names',
    why: 'DuckDB spells them differently.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const renamed = NAMES.get(textsOf(node.FuncCall.funcname).at(-1) ?? '');
      return renamed === undefined
        ? undefined
        : { FuncCall: { ...node.FuncCall, funcname: [name(renamed)] } };
    },
  },
  {
    name: 'overlay',
    why: 'DuckDB has no overlay(text placing part from start for length).',
    apply: (node) => {
      if (!('FuncCall' in node) || textsOf(node.FuncCall.funcname).at(-1) !== 'overlay') return undefined;
      const [text, part, start, length] = node.FuncCall.args ?? [];
      if (text === undefined || part === undefined || start === undefined) return undefined;
      const after = binary('+', start, length ?? call('length', [part]));
      return binary(
        '||',
        binary('||', call('left', [text, binary('-', start, number('1'))]), part),
        call('substring', [text, after]),
      );
    },
  },
];

function binary(operator: string, left: Node, right: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [name(operator)], lexpr: left, rexpr: right } };
}
