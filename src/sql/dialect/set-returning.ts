import type { Node } from 'libpg-query';
import { call, constant } from './build.ts';

/** A function that gives rows. In DuckDB all of them are an unnest of a list. */
interface SetReturning {
  /** The columns it gives, by PostgreSQL's names; undefined: one column, named as its alias or the function. */
  readonly columns: readonly string[] | undefined;
  /** The list that is unnested; undefined where DuckDB has the function itself. */
  readonly list: ((args: readonly Node[]) => Node) | undefined;
}

const elements = (type: string) => (args: readonly Node[]) =>
  call('from_json', [...args, constant(`["${type}"]`)]);
const value = ['value'];
const keyAndValue = ['key', 'value'];

/** The functions that may stand in FROM. Those with one column may stand in a SELECT list as well. */
export const SET_RETURNING: ReadonlyMap<string, SetReturning> = new Map<string, SetReturning>([
  ['unnest', { columns: undefined, list: undefined }],
  ['generate_series', { columns: undefined, list: (args) => call('generate_series', args) }],
  ['json_array_elements', { columns: value, list: elements('JSON') }],
  ['jsonb_array_elements', { columns: value, list: elements('JSON') }],
  ['json_array_elements_text', { columns: value, list: elements('VARCHAR') }],
  ['jsonb_array_elements_text', { columns: value, list: elements('VARCHAR') }],
  ['json_object_keys', { columns: undefined, list: (args) => call('json_keys', args) }],
  ['jsonb_object_keys', { columns: undefined, list: (args) => call('json_keys', args) }],
  ['regexp_matches', { columns: undefined, list: undefined }],
  ['regexp_split_to_table', { columns: undefined, list: (args) => call('regexp_split_to_array', args) }],
  ['string_to_table', { columns: undefined, list: (args) => call('string_to_array', args) }],
  ['_pg_expandarray', { columns: ['x', 'n'], list: (args) => call('pg_numbered', args) }],
  ['json_each', { columns: keyAndValue, list: undefined }],
  ['jsonb_each', { columns: keyAndValue, list: undefined }],
  ['json_each_text', { columns: keyAndValue, list: undefined }],
  ['jsonb_each_text', { columns: keyAndValue, list: undefined }],
]);
