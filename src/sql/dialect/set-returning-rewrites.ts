import type { Node } from 'libpg-query';
import { call, cast, constant, getConstantText, matchCall, number } from './build.ts';
import { SET_RETURNING } from './set-returning.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** jsonb orders the members of a document that is a literal. */
function toNormalForm(document: Node): Node {
  return getConstantText(document) === undefined ? document : call('pg_jsonb', [document]);
}

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
      const isNormal = !fn.name.startsWith('jsonb_');
      return call('unnest', [list(isNormal ? args : args.map(toNormalForm))]);
    },
  },
  {
    name: 'functions with several columns in FROM',
    why: 'There unnest returns one column of structs, PostgreSQL a column for each field.',
    apply: (node) => {
      if (!('RangeFunction' in node)) return undefined;
      const item = node.RangeFunction.functions?.[0];
      const rows = item !== undefined && 'List' in item ? item.List.items?.[0] : undefined;
      const list = matchCall(rows)?.args[0];
      const fields = FIELDS.get(matchCall(list)?.name ?? '');
      if (rows === undefined || list === undefined || fields === undefined) return undefined;
      const targetList = fields.map((name): Node => ({
        ResTarget: { name, val: call('struct_extract', [rows, constant(name)]) },
      }));
      const { alias, ordinality } = node.RangeFunction;
      if (ordinality === true)
        targetList.push({
          ResTarget: { name: 'ordinality', val: call('generate_subscripts', [list, number('1')]) },
        });
      const subquery: Node = { SelectStmt: { targetList } };
      return { RangeSubselect: { lateral: true, subquery, ...(alias === undefined ? {} : { alias }) } };
    },
  },
];

/** The columns of the functions whose lists have structs. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pg_numbered', ['x', 'n']],
  ['pg_json_members', ['key', 'value']],
  ['pg_json_member_texts', ['key', 'value']],
]);
