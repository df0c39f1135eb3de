import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { binary, call, cast, constant, getConstantText, matchCall, name } from './build.ts';
import { matchOperator } from './operator.ts';
import { inferStaticType } from './static-types.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** DuckDB's names by PostgreSQL's; the names with jsonb_ are looked up as json_. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['json_array_length', 'json_array_length'],
  ['json_build_object', 'json_object'],
  ['json_build_array', 'json_array'],
  ['json_object_agg', 'json_group_object'],
  ['to_json', 'to_json'],
  ['to_jsonb', 'to_json'],
  ['array_to_json', 'to_json'],
]);

/** The types of arguments whose JSON has no number that DuckDB rounds. */
const WITHOUT_LONG_NUMBERS: ReadonlySet<string | undefined> = new Set([
  'text',
  'int4',
  'int8',
  'json',
  'jsonb',
  'date',
  'interval',
  'bytea',
]);

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
    why: 'DuckDB has a single JSON type, whose functions begin with json_, and rounds long numbers in documents.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const renamed = fn === undefined ? undefined : NAMES.get(fn.name.replace(/^jsonb_/, 'json_'));
      if (fn === undefined || renamed === undefined) return undefined;
      const called: Node = { FuncCall: { ...fn.call, funcname: [name(renamed)] } };
      const exact = BUILDING.has(renamed) ? toExact(called, original, context) : called;
      return exact === called && renamed === fn.name ? undefined : exact;
    },
  },
  {
    name: 'json_agg',
    why: "DuckDB's json_group_array is a macro, which does not accept ORDER BY, FILTER or OVER.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (fn?.name !== 'json_agg' && fn?.name !== 'jsonb_agg') return undefined;
      const list: Node = { FuncCall: { ...fn.call, funcname: [name('list')] } };
      return toExact(call('to_json', [list]), original, context);
    },
  },
  {
    name: 'json_typeof',
    why: "DuckDB's json_type returns the names of its own types.",
    apply: (node) => {
      const fn = matchCall(node);
      const arg = fn?.call.args?.[0];
      if (arg === undefined || (fn?.name !== 'json_typeof' && fn?.name !== 'jsonb_typeof')) return undefined;
      return call('pg_json_typeof', [arg]);
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
            when('VARCHAR', binary('=', call('pg_extract_text', [left, constant('$')]), right)),
          ],
          defresult: {
            CaseExpr: {
              args: [
                {
                  CaseWhen: {
                    expr: { NullTest: { arg: left, nulltesttype: 'IS_NOT_NULL' } },
                    result: { A_Const: { boolval: {} } },
                  },
                },
              ],
            },
          },
        },
      };
    },
  },
];

const BUILDING: ReadonlySet<string> = new Set(['json_object', 'json_array', 'json_group_object', 'to_json']);

/** A call that builds a document, whose long numbers become marked. */
function toExact(built: Node, original: Node, context: ExpressionTypes): Node {
  const args = matchCall(original)?.args ?? [];
  return args.every(
    (arg) => getConstantText(arg) !== undefined || WITHOUT_LONG_NUMBERS.has(inferStaticType(arg, context)),
  )
    ? built
    : call('pg_exact_json', [built]);
}

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
