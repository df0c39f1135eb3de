import type { Node } from 'libpg-query';
import { call } from './build.ts';

/** A set-returning function. In DuckDB it is an unnest of a list. */
interface SetReturning {
  /** PostgreSQL's names of its columns; undefined for one column that is named after the alias or the function. */
  readonly columns: readonly string[] | undefined;
  /** The list to unnest; undefined if DuckDB has the function, or another rewrite handles it. */
  readonly list: ((args: readonly Node[]) => Node) | undefined;
}

const elements = (args: readonly Node[]): Node => call('pg_elements', args);
const value = ['value'];
const keyAndValue = ['key', 'value'];

/** The functions allowed in FROM and in a SELECT list, where several columns are the fields of one. */
export const SET_RETURNING: ReadonlyMap<string, SetReturning> = new Map<string, SetReturning>([
  ['unnest', { columns: undefined, list: undefined }],
  ['generate_series', { columns: undefined, list: (args) => call('generate_series', args) }],
  ['generate_subscripts', { columns: undefined, list: (args) => call('pg_subscripts', args) }],
  ['json_array_elements', { columns: value, list: elements }],
  ['jsonb_array_elements', { columns: value, list: elements }],
  ['json_array_elements_text', { columns: value, list: (args) => call('pg_element_texts', args) }],
  ['jsonb_array_elements_text', { columns: value, list: (args) => call('pg_jsonb_element_texts', args) }],
  ['json_object_keys', { columns: undefined, list: (args) => call('json_keys', args) }],
  ['jsonb_object_keys', { columns: undefined, list: (args) => call('json_keys', args) }],
  ['jsonb_path_query', { columns: undefined, list: undefined }],
  ['regexp_matches', { columns: undefined, list: undefined }],
  ['regexp_split_to_table', { columns: undefined, list: (args) => call('regexp_split_to_array', args) }],
  ['string_to_table', { columns: undefined, list: (args) => call('string_to_array', args) }],
  ['_pg_expandarray', { columns: ['x', 'n'], list: (args) => call('pg_numbered', args) }],
  ['json_each', { columns: keyAndValue, list: (args) => call('pg_json_members', args) }],
  ['jsonb_each', { columns: keyAndValue, list: (args) => call('pg_json_members', args) }],
  ['json_each_text', { columns: keyAndValue, list: (args) => call('pg_json_member_texts', args) }],
  ['jsonb_each_text', { columns: keyAndValue, list: (args) => call('pg_jsonb_member_texts', args) }],
]);
