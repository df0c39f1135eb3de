import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { call, matchCall, cast, column, constant } from './build.ts';
import { SET_RETURNING } from './set-returning.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Set-returning functions in FROM and in a SELECT list. */
export const setReturningRewrites: readonly Rewrite[] = [
  {
    name: 'set-returning functions',
    why: 'DuckDB has functions that return a list, which unnest turns into rows in FROM and in a SELECT list.',
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const list = SET_RETURNING.get(fn?.name ?? '')?.list;
      if (fn === undefined || list === undefined) return undefined;
      // PostgreSQL has no series of dates; it casts them to timestamp with time zone.
      const args = fn.args.map((arg, i) =>
        inferStaticType(matchCall(original)?.args[i], context) === 'date' ? cast(arg, 'timestamptz') : arg,
      );
      return call('unnest', [list(args)]);
    },
  },
  {
    name: '_pg_expandarray in FROM',
    why: 'There unnest returns one column of structs, PostgreSQL two columns.',
    apply: (node) => {
      if (!('RangeFunction' in node)) return undefined;
      const item = node.RangeFunction.functions?.[0];
      const rows = item !== undefined && 'List' in item ? item.List.items?.[0] : undefined;
      if (rows === undefined || matchCall(matchCall(rows)?.args[0])?.name !== 'pg_numbered') return undefined;
      const targetList = ['x', 'n'].map((name): Node => ({
        ResTarget: { name, val: call('struct_extract', [rows, constant(name)]) },
      }));
      const { alias } = node.RangeFunction;
      const subquery: Node = { SelectStmt: { targetList } };
      return { RangeSubselect: { lateral: true, subquery, ...(alias === undefined ? {} : { alias }) } };
    },
  },
  {
    name: 'json_each',
    why: "DuckDB's json_each returns more columns than key and value, and has no jsonb and text forms.",
    apply: (node) => {
      if (!('RangeFunction' in node)) return undefined;
      const item = node.RangeFunction.functions?.[0];
      const fn = item !== undefined && 'List' in item ? item.List.items?.[0] : undefined;
      const name =
        fn !== undefined && 'FuncCall' in fn ? getStringValues(fn.FuncCall.funcname).at(-1) : undefined;
      if (
        fn === undefined ||
        !('FuncCall' in fn) ||
        name === undefined ||
        !/^jsonb?_each(?:_text)?$/.test(name)
      )
        return undefined;
      const value = name.endsWith('_text')
        ? call('pg_extract_text', [column('value'), constant('$')])
        : column('value');
      const targets: Node[] = [
        { ResTarget: { val: column('key') } },
        { ResTarget: { val: value, name: 'value' } },
      ];
      const from: Node = {
        RangeFunction: { functions: [{ List: { items: [call('json_each', fn.FuncCall.args ?? [])] } }] },
      };
      return {
        RangeSubselect: {
          lateral: true,
          subquery: { SelectStmt: { targetList: targets, fromClause: [from] } },
          ...(node.RangeFunction.alias === undefined ? {} : { alias: node.RangeFunction.alias }),
        },
      };
    },
  },
];
