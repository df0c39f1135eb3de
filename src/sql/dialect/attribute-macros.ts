import type { Macro } from './macro.ts';

const WHY = "DynamoDB's function, over an attribute in DynamoDB's JSON.";
const ON_VALUES = "DynamoDB's function, over a value that is not an attribute.";

const text = (type: string): string => `json_extract_string(x, '/${type}')`;
/** The members of a set, or the elements of a list that have this type. */
const members = (set: string, type: string): string =>
  `json_extract_string(x, '$.${set}[*]') || json_extract_string(x, '$.L[*].${type}')`;
const has = (list: string, value: string): string => `coalesce(list_contains(${list}, ${value}), false)`;
// DuckDB evaluates the operand even where it is not binary.
const hex = (base64: string): string => `hex(TRY(from_base64(${base64})))`;
/** Digits that are equal where the numbers are. */
const digits = (list: string): string => `list_transform(${list}, lambda e: pg_number_json(e))`;
const unlessNull = (value: string, result: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL ELSE ${result} END`;

const NO_PREFIX = "error('[SQL_BAD_ARGUMENT] begins_with requires a prefix of type text or bytea')";

/**
 * The functions of DynamoDB's conditions over stored attributes. The planning engine has functions of the same names in
 * their place, which it does not expand, so that the planner recognizes them.
 */
export const STORED_MACROS: readonly Macro[] = [
  {
    name: 'attribute_type',
    internal: true,
    forms: [['x, t', unlessNull('t', 'coalesce(json_keys(x)[1] = t, false)')]],
    why: WHY,
  },
  {
    name: 'stored_begins_with',
    internal: true,
    forms: [
      [
        'x, k, t',
        unlessNull(
          't',
          `CASE k WHEN 'S' THEN coalesce(starts_with(${text('S')}, t), false) ` +
            `WHEN 'B' THEN coalesce(starts_with(${hex(text('B'))}, ${hex('t')}), false) ` +
            `ELSE ${NO_PREFIX} END`,
        ),
      ],
    ],
    why: WHY,
  },
  {
    name: 'stored_contains',
    internal: true,
    forms: [
      [
        'x, k, t',
        unlessNull(
          't',
          `CASE k WHEN 'S' THEN coalesce(contains(${text('S')}, t), false) OR ${has(members('SS', 'S'), 't')} ` +
            `WHEN 'N' THEN ${has(digits(members('NS', 'N')), 'pg_number_json(t)')} ` +
            // A part of the digits must begin at a whole byte.
            `WHEN 'B' THEN coalesce(regexp_matches(${hex(text('B'))}, '^(?:..)*' || ${hex('t')}), false) OR ${has(members('BS', 'B'), 't')} ` +
            `ELSE ${has("json_extract_string(x, '$.L[*].BOOL')", 't')} END`,
        ),
      ],
    ],
    why: WHY,
  },
  {
    name: 'stored_size',
    internal: true,
    forms: [
      [
        'x',
        `CAST(CASE json_keys(x)[1] WHEN 'S' THEN strlen(${text('S')}) WHEN 'B' THEN octet_length(from_base64(${text('B')})) WHEN 'M' THEN len(json_keys(x, '/M')) ` +
          `ELSE coalesce(${['L', 'SS', 'NS', 'BS'].map((type) => `json_array_length(x, '/${type}')`).join(', ')}) END AS BIGINT)`,
      ],
    ],
    why: WHY,
  },
];

const JSON_TEXT = "json_extract_string(CAST(a AS VARCHAR), '$')";
const isString = "json_type(CAST(a AS VARCHAR)) = 'VARCHAR'";
/** A test of a string, or of a document that is one. */
const ofText = (test: string): string =>
  `CASE typeof(a) WHEN 'VARCHAR' THEN coalesce(${test}(CAST(a AS VARCHAR), pg_operand_text(p)), false) ` +
  `WHEN 'JSON' THEN coalesce(${isString} AND ${test}(${JSON_TEXT}, pg_operand_text(p)), false) ELSE false END`;
const bytes = (value: string): string => `hex(CAST(CAST(${value} AS VARCHAR) AS BLOB))`;

/** The same for other values: strings, bytes, arrays and documents. */
export const VALUE_MACROS: readonly Macro[] = [
  {
    name: 'operand_type',
    internal: true,
    forms: [
      [
        'v',
        "CASE typeof(v) WHEN 'VARCHAR' THEN 'S' WHEN 'BLOB' THEN 'B' WHEN 'BOOLEAN' THEN 'BOOL' " +
          "WHEN 'JSON' THEN CASE json_type(CAST(v AS VARCHAR)) WHEN 'VARCHAR' THEN 'S' WHEN 'BOOLEAN' THEN 'BOOL' ELSE 'N' END ELSE 'N' END",
      ],
    ],
    why: "An operand of DynamoDB's functions has one of DynamoDB's types.",
  },
  {
    name: 'operand_text',
    internal: true,
    forms: [
      [
        'v',
        "CASE typeof(v) WHEN 'BLOB' THEN to_base64(CAST(CAST(v AS VARCHAR) AS BLOB)) WHEN 'JSON' THEN json_extract_string(CAST(v AS VARCHAR), '$') ELSE CAST(v AS VARCHAR) END",
      ],
    ],
    why: "An operand of DynamoDB's functions is compared with the text in DynamoDB's JSON.",
  },
  {
    name: 'begins_with',
    internal: true,
    forms: [
      [
        'a, p',
        unlessNull(
          'p',
          `CASE pg_operand_type(p) WHEN 'S' THEN ${ofText('starts_with')} ` +
            `WHEN 'B' THEN CASE typeof(a) WHEN 'BLOB' THEN coalesce(starts_with(${bytes('a')}, ${bytes('p')}), false) ELSE false END ` +
            `ELSE ${NO_PREFIX} END`,
        ),
      ],
    ],
    why: ON_VALUES,
  },
  {
    name: 'contains',
    internal: true,
    forms: [
      [
        'a, p',
        unlessNull(
          'p',
          `CASE WHEN typeof(a) = 'VARCHAR' OR (typeof(a) = 'JSON' AND ${isString}) THEN CASE pg_operand_type(p) WHEN 'S' THEN ${ofText('contains')} ELSE false END ` +
            `WHEN typeof(a) = 'BLOB' THEN coalesce(regexp_matches(${bytes('a')}, '^(?:..)*' || ${bytes('p')}), false) ` +
            'ELSE coalesce(list_contains(CAST(from_json(CAST(to_json(a) AS VARCHAR), \'["JSON"]\') AS VARCHAR[]), pg_json_value(p)), false) END',
        ),
      ],
    ],
    why: ON_VALUES,
  },
  {
    name: 'size',
    internal: true,
    forms: [
      [
        'a',
        `CAST(CASE typeof(a) WHEN 'VARCHAR' THEN strlen(CAST(a AS VARCHAR)) WHEN 'BLOB' THEN strlen(${bytes('a')}) // 2 ` +
          `ELSE CASE json_type(to_json(a)) WHEN 'ARRAY' THEN json_array_length(to_json(a)) WHEN 'OBJECT' THEN len(json_keys(to_json(a))) WHEN 'VARCHAR' THEN strlen(json_extract_string(to_json(a), '$')) END END AS BIGINT)`,
      ],
    ],
    why: ON_VALUES,
  },
];
