import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { IGNORED_SETTINGS, findServerSetting } from '../system/server-settings.ts';
import { CATALOG_NAME, OWNER_NAME, TABLE_SCHEMA } from '../types/table-schema.ts';
import { binary, call, cast, constant, getConstantText, matchCall, name, number } from './build.ts';
import type { Rewrite } from './types.ts';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['btrim', 'trim'],
  ['every', 'bool_and'],
]);

const INSTANTS: ReadonlyMap<string, string> = new Map([
  ['current_date', 'today'],
  ['current_time', 'get_current_time'],
  ['current_timestamp', 'now'],
  ['transaction_timestamp', 'now'],
  ['statement_timestamp', 'now'],
  ['clock_timestamp', 'now'],
  ['localtime', 'current_localtime'],
  ['localtimestamp', 'current_localtimestamp'],
]);
const SESSION: ReadonlyMap<string, string> = new Map([
  ['current_catalog', CATALOG_NAME],
  ['current_database', CATALOG_NAME],
  ['current_schema', TABLE_SCHEMA],
  ['current_user', OWNER_NAME],
  ['current_role', OWNER_NAME],
  ['session_user', OWNER_NAME],
  ['user', OWNER_NAME],
]);

// Ranges, text search, networks, XML and large objects.
const WITHOUT_COUNTERPART: ReadonlySet<string> = new Set(
  (
    'int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange range_merge ' +
    'to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_headline similarity ' +
    'host masklen netmask broadcast inet_merge xmlcomment xpath lo_get lo_put nextval currval setval lastval ' +
    'pg_advisory_lock pg_try_advisory_lock jsonb_path_query_tz jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_exists_tz jsonb_path_match_tz'
  ).split(' '),
);

/** Functions that DuckDB has under another name or with other arguments. */
export const functionRewrites: readonly Rewrite[] = [
  {
    name: 'function names',
    why: 'DuckDB spells them differently.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const renamed = NAMES.get(getStringValues(node.FuncCall.funcname).at(-1) ?? '');
      return renamed === undefined
        ? undefined
        : { FuncCall: { ...node.FuncCall, funcname: [name(renamed)] } };
    },
  },
  {
    name: 'the time and the session',
    why: 'DuckDB resolves current_date, current_user and so on to columns of the same name, and reports its own database name.',
    apply: (node) => {
      const functionName =
        'SQLValueFunction' in node
          ? (node.SQLValueFunction.op ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase()
          : 'FuncCall' in node && node.FuncCall.args === undefined
            ? (getStringValues(node.FuncCall.funcname).at(-1) ?? '')
            : '';
      const [instant, session] = [INSTANTS.get(functionName), SESSION.get(functionName)];
      if (session !== undefined) return constant(session);
      return instant === undefined ? undefined : call(instant, []);
    },
  },
  {
    name: 'functions without a counterpart',
    why: 'They exist in PostgreSQL, so "function does not exist" would mislead.',
    apply: (node, context) => {
      if (!('FuncCall' in node)) return undefined;
      const functionName = getStringValues(node.FuncCall.funcname).at(-1) ?? '';
      if (!WITHOUT_COUNTERPART.has(functionName)) return undefined;
      throw new DriverError('SQL_NOT_SUPPORTED', `function ${functionName} is not supported`, {
        position: context.position(node.FuncCall.location ?? 0),
      });
    },
  },
  {
    name: 'set_config',
    why: 'Clients set application_name with it; settings that would change results are refused.',
    apply: (node, context) => {
      if (!('FuncCall' in node) || getStringValues(node.FuncCall.funcname).at(-1) !== 'set_config')
        return undefined;
      const [setting, value] = node.FuncCall.args ?? [];
      const settingName = getConstantText(setting) ?? '';
      if (value !== undefined && findServerSetting(settingName)?.isIgnored === true) return value;
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `set_config is supported only for ${IGNORED_SETTINGS.join(', ')}`,
        {
          position: context.position(node.FuncCall.location ?? 0),
        },
      );
    },
  },
  {
    name: 'num_nulls and num_nonnulls',
    why: 'DuckDB has no functions with any number of arguments of any type.',
    apply: (node) => {
      const fn = matchCall(node);
      if (fn === undefined || fn.call.func_variadic === true) return undefined;
      if (fn.name !== 'num_nulls' && fn.name !== 'num_nonnulls') return undefined;
      const nulltesttype = fn.name === 'num_nulls' ? 'IS_NULL' : 'IS_NOT_NULL';
      return fn.args
        .map((arg) => cast({ NullTest: { arg, nulltesttype } }, 'int4'))
        .reduce((left, right) => binary('+', left, right));
    },
  },
  {
    name: 'overlay',
    why: 'DuckDB has no overlay(text placing part from start for length).',
    apply: (node) => {
      if (!('FuncCall' in node) || getStringValues(node.FuncCall.funcname).at(-1) !== 'overlay')
        return undefined;
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
