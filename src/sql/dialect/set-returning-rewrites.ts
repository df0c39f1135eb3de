import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { visitNodes } from '../parse/tree.ts';
import { call, cast, constant, getConstantInteger, getConstantText, matchCall, number } from './build.ts';
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
    name: 'series',
    why: "DuckDB's generate_series takes no numerics, and is empty with a step of zero.",
    apply: (node, context, original) => {
      const [series, before] = [matchCall(node), matchCall(original)];
      if (series?.name !== 'generate_series') return undefined;
      if (getConstantInteger(series.args[2]) === 0)
        throw new DriverError('SQL_BAD_ARGUMENT', 'step size cannot equal zero', {
          position: context.position(series.call.location ?? 0),
        });
      const isNumeric = before?.args.some((arg) => context.typeOf(arg) === 'numeric') === true;
      return isNumeric ? call('unnest', [call('pg_numeric_series', series.args)]) : undefined;
    },
  },
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
    name: 'series in FROM',
    why: 'The planning engine would compute the list of a constant series, which may not fit its memory.',
    apply: (node, context, original) => {
      if (!('RangeFunction' in node) || !('RangeFunction' in original)) return undefined;
      const [before, after] = [matchRows(original), matchRows(node)];
      const series = matchCall(matchCall(after)?.args[0]);
      if (matchCall(before)?.name !== 'generate_series' || series?.name !== 'generate_series')
        return undefined;
      const args = matchCall(before)?.args ?? [];
      const types = args.map((arg) => context.typeOf(arg) ?? '');
      // A literal without a type takes that of the others.
      const isSeries =
        types.some((type) => type !== 'unknown') && types.every((type) => SERIES_TYPES.has(type));
      if (!isSeries || args.some(readsRows)) return undefined;
      const functions: Node[] = [{ List: { items: [call('generate_series', series.args)] } }];
      return { RangeFunction: { ...node.RangeFunction, functions } };
    },
  },
  {
    name: 'functions with several columns in FROM',
    why: 'There unnest returns one column of structs, PostgreSQL a column for each field.',
    apply: (node) => {
      if (!('RangeFunction' in node)) return undefined;
      const rows = matchRows(node);
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

const SERIES_TYPES: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'timestamp',
  'timestamptz',
  'interval',
]);

/** The function of a FROM item. */
function matchRows(node: Node): Node | undefined {
  const item = 'RangeFunction' in node ? node.RangeFunction.functions?.[0] : undefined;
  return item !== undefined && 'List' in item ? item.List.items?.[0] : undefined;
}

function readsRows(arg: Node): boolean {
  let found = false;
  visitNodes(arg, (node) => {
    if ('ColumnRef' in node || 'SubLink' in node) found = true;
  });
  return found;
}

/** The columns of the functions whose lists have structs. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pg_numbered', ['x', 'n']],
  ['pg_json_members', ['key', 'value']],
  ['pg_json_member_texts', ['key', 'value']],
  ['pg_jsonb_member_texts', ['key', 'value']],
]);
