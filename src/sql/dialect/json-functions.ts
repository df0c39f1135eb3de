import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, cast, constant, getConstantText, matchCall, name } from './build.ts';
import { matchOperator } from './operator.ts';
import type { Rewrite } from './types.ts';

/** DuckDB's names by PostgreSQL's; the names with jsonb_ are looked up as json_. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['json_array_length', 'json_array_length'],
  ['json_build_object', 'json_object'],
  ['json_build_array', 'json_array'],
  ['json_object_agg', 'json_group_object'],
  ['to_json', 'to_json'],
  ['to_jsonb', 'to_json'],
  ['array_to_json', 'to_json'],
  ['json_pretty', 'json_pretty'],
]);

const TYPES: readonly (readonly [duckdb: readonly string[], postgres: string])[] = [
  [['OBJECT'], 'object'],
  [['ARRAY'], 'array'],
  [['VARCHAR'], 'string'],
  [['BOOLEAN'], 'boolean'],
  [['NULL'], 'null'],
  [['BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE', 'DECIMAL'], 'number'],
];

/** JSON functions that DuckDB lacks or has under another name. */
export const jsonFunctionRewrites: readonly Rewrite[] = [
  {
    name: 'json_object_agg',
    why: "DuckDB's json_group_object is a macro, which does not accept ORDER BY, FILTER or OVER.",
    apply: (node) => {
      const fn = matchCall(node);
      const [key, value] = fn?.call.args ?? [];
      if (
        fn === undefined ||
        !/^jsonb?_object_agg$/.test(fn.name) ||
        key === undefined ||
        value === undefined
      )
        return undefined;
      const { agg_order: order, agg_filter: filter, over } = fn.call;
      if (order === undefined && filter === undefined && over === undefined) return undefined;
      const member = binary('||', binary('||', toJsonText(cast(key, 'varchar')), constant(':')), {
        CoalesceExpr: { args: [toJsonText(value), constant('null')] },
      });
      const members: Node = {
        FuncCall: { ...fn.call, funcname: [name('string_agg')], args: [member, constant(',')] },
      };
      return cast(binary('||', binary('||', constant('{'), members), constant('}')), 'json');
    },
  },
  {
    name: 'json function names',
    why: 'DuckDB has a single JSON type, whose functions begin with json_.',
    apply: (node) => {
      const fn = matchCall(node);
      const renamed = fn === undefined ? undefined : NAMES.get(fn.name.replace(/^jsonb_/, 'json_'));
      return fn === undefined || renamed === undefined || renamed === fn.name
        ? undefined
        : { FuncCall: { ...fn.call, funcname: [name(renamed)] } };
    },
  },
  {
    name: 'json_agg',
    why: "DuckDB's json_group_array is a macro, which does not accept ORDER BY, FILTER or OVER.",
    apply: (node) => {
      const fn = matchCall(node);
      if (fn?.name !== 'json_agg' && fn?.name !== 'jsonb_agg') return undefined;
      return call('to_json', [{ FuncCall: { ...fn.call, funcname: [name('list')] } }]);
    },
  },
  {
    name: 'json_typeof',
    why: "DuckDB's json_type returns the names of its own types.",
    apply: (node) => {
      const fn = matchCall(node);
      const arg = fn?.call.args?.[0];
      if (arg === undefined || (fn?.name !== 'json_typeof' && fn?.name !== 'jsonb_typeof')) return undefined;
      const whens = TYPES.flatMap(([types, result]) => types.map((type) => when(type, constant(result))));
      return { CaseExpr: { arg: call('json_type', [arg]), args: whens } };
    },
  },
  {
    name: 'json contains',
    why: "DuckDB's @> compares lists, and its json_contains also searches nested values.",
    apply: (node) => {
      const expression = matchOperator(node);
      if (expression?.left === undefined) return undefined;
      const [outer, inner] =
        expression.operator === '@>'
          ? [expression.left, expression.right]
          : [expression.right, expression.left];
      if ((expression.operator !== '@>' && expression.operator !== '<@') || !(isJson(outer) || isJson(inner)))
        return undefined;
      return cast(call('pg_json_contains', [cast(outer, 'varchar'), cast(inner, 'varchar')]), 'bool');
    },
  },
  {
    name: 'json has key',
    why: 'DuckDB has no operator ?, which tests for a key of an object or a string in an array.',
    apply: (node) => {
      const expression = matchOperator(node);
      if (expression?.operator !== '?' || expression.left === undefined) return undefined;
      const { left, right } = expression;
      const texts: Node = {
        TypeCast: {
          arg: call('from_json', [left, constant('["JSON"]')]),
          typeName: { names: [name('varchar')], arrayBounds: [{ Integer: { ival: -1 } }] },
        },
      };
      return {
        CaseExpr: {
          arg: call('json_type', [left]),
          args: [
            when('OBJECT', call('list_contains', [call('json_keys', [left]), right])),
            when(
              'ARRAY',
              call('list_contains', [texts, cast(call('to_json', [cast(right, 'varchar')]), 'varchar')]),
            ),
          ],
        },
      };
    },
  },
];

/** The JSON text of a value. */
function toJsonText(value: Node): Node {
  return cast(call('to_json', [value]), 'varchar');
}

function when(type: string, result: Node): Node {
  return { CaseWhen: { expr: constant(type), result } };
}

/** Whether an operand is evidently JSON: a cast to JSON, a member of a document, or a literal with an object or array. */
function isJson(node: Node): boolean {
  if ('TypeCast' in node)
    return ['json', 'jsonb'].includes(getStringValues(node.TypeCast.typeName?.names).at(-1) ?? '');
  if ('FuncCall' in node)
    return ['json_extract', 'pg_jsonb'].includes(getStringValues(node.FuncCall.funcname).at(-1) ?? '');
  return (
    /^\s*[[{]\s*(?:["\]}[{\d]|true|false|null)/.test(getConstantText(node) ?? '') &&
    !/^\s*\{\s*[^"}\s]/.test(getConstantText(node) ?? '')
  );
}
