import { MARK } from '../types/document-marks.ts';
import type { Macro } from './macro.ts';

const WHY = 'DuckDB compares documents by their text.';

/** Strings that need neither unescaping nor the function that knows marks. */
const IS_PLAIN_STRING = `left(x, 1) = '"' AND NOT contains(x, '\\') AND NOT contains(x, '${MARK}')`;
/** Integers as nearly all columns have them. */
const IS_SHORT_INTEGER = "regexp_full_match(x, '[1-9][0-9]{0,17}')";
/** What encodeNumberKey returns for such an integer. */
const SHORT_INTEGER_KEY = "'3' || CAST(500000 + length(x) AS VARCHAR) || rtrim(x, '0')";

const extreme = (direction: 'ASC' | 'DESC'): string =>
  "list_sort(list_transform(list_filter(a, lambda e: e IS NOT NULL), lambda e: {'k': pg_json_order(CAST(e AS VARCHAR)), 'v': e}), " +
  `'${direction}')[1].v`;

/** The order of documents. The general case of each is a function in JavaScript; common values do not get there. */
export const JSON_ORDER_MACROS: readonly Macro[] = [
  {
    name: 'json_order',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN ${IS_PLAIN_STRING} THEN '2' || x[2:-2] WHEN ${IS_SHORT_INTEGER} THEN '3' || ${SHORT_INTEGER_KEY} || chr(1) ELSE pg_document_key(x) END`,
      ],
    ],
    why: WHY,
  },
  {
    name: 'json_number_key',
    internal: true,
    forms: [
      ['x', `CASE WHEN ${IS_SHORT_INTEGER} THEN ${SHORT_INTEGER_KEY} ELSE pg_document_number_key(x) END`],
    ],
    why: WHY,
  },
  {
    name: 'json_string',
    internal: true,
    forms: [['x', `CASE WHEN ${IS_PLAIN_STRING} THEN x[2:-2] ELSE pg_document_string(x) END`]],
    why: WHY,
  },
  {
    name: 'json_boolean',
    internal: true,
    forms: [['x', "CASE x WHEN 'true' THEN true WHEN 'false' THEN false END"]],
    why: WHY,
  },
  { name: 'json_greatest', internal: true, forms: [['a', extreme('DESC')]], why: WHY },
  { name: 'json_least', internal: true, forms: [['a', extreme('ASC')]], why: WHY },
];

const NUMBERS =
  "('int4', 'integer', 'int', 'int8', 'bigint', 'numeric', 'decimal', 'float8', 'double precision')";

/** Tests of values that would fail a cast. */
export const SAFE_FORM_MACROS: readonly Macro[] = [
  {
    name: 'pg_input_is_valid',
    forms: [
      [
        't, k',
        `CASE WHEN k IN ${NUMBERS} AND regexp_full_match(CAST(t AS VARCHAR), '[-+]?[0-9]{1,9}') THEN true ELSE CAST(pg_valid_input(CAST(t AS VARCHAR), k) AS BOOLEAN) END`,
      ],
    ],
    why: 'DuckDB has no such function, and reads other texts as values of a type.',
  },
  {
    name: 'is_json',
    internal: true,
    forms: [
      [
        'x, k',
        "CASE WHEN x IS NULL THEN NULL WHEN NOT json_valid(x) OR (pg_is_loose_json(x) AND pg_json_strict(x) = 'f') THEN false WHEN k = 'ANY' THEN true " +
          "WHEN k = 'SCALAR' THEN json_type(x) NOT IN ('OBJECT', 'ARRAY') ELSE json_type(x) = k END",
      ],
    ],
    why: 'DuckDB has no IS JSON.',
  },
];
