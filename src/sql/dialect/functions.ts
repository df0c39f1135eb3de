import type { Node } from 'libpg-query';
import { textsOf } from '../parse/tree.ts';
import { call, constant, name, number } from './build.ts';
import type { Rewrite } from './types.ts';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['btrim', 'trim'],
  ['every', 'bool_and'],
  ['octet_length', 'strlen'],
]);

const INSTANTS: ReadonlyMap<string, string> = new Map([
  ['current_date', 'today'],
  ['current_time', 'get_current_time'],
  ['current_timestamp', 'now'],
  ['localtime', 'current_localtime'],
  ['localtimestamp', 'current_localtimestamp'],
]);
const SESSION: ReadonlyMap<string, string> = new Map([
  ['current_catalog', 'dynamodb'],
  ['current_database', 'dynamodb'],
  ['current_schema', 'dynamodb'],
  ['current_user', 'dynadbc'],
  ['current_role', 'dynadbc'],
  ['session_user', 'dynadbc'],
  ['user', 'dynadbc'],
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
    name: 'the time and the session',
    why: 'DuckDB takes current_date and its kin for a name of the SELECT list where there is one, and names itself as the database.',
    apply: (node) => {
      const asked =
        'SQLValueFunction' in node
          ? (node.SQLValueFunction.op ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase()
          : 'FuncCall' in node && node.FuncCall.args === undefined
            ? (textsOf(node.FuncCall.funcname).at(-1) ?? '')
            : '';
      const [instant, session] = [INSTANTS.get(asked), SESSION.get(asked)];
      if (session !== undefined) return constant(session);
      return instant === undefined ? undefined : call(instant, []);
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
