import { MARK, stripMarksSql } from '../types/document-marks.ts';
import type { Macro } from './macro.ts';

/** Numbers that DuckDB's JSON functions may not keep: those with many digits, an exponent or zeros at the end of a fraction. */
const LONG_NUMBER = "'[0-9][0-9.]{15}|[0-9][eE]|\\.[0-9]*0([],}\\s]|$)'";

const hasLongNumber = (text: string): string => `regexp_matches(${text}, ${LONG_NUMBER})`;

const WHY =
  "DuckDB's JSON functions round numbers of more than 17 digits, so that documents have them as marked strings.";

/** Functions of documents, in which marked strings stand for what JSON cannot carry. The planner reads plans without marks. */
export const DOCUMENT_MACROS: readonly Macro[] = [
  {
    name: 'extract',
    internal: true,
    forms: [['x, p', 'json_extract(x, p)']],
    why: 'The driver itself extracts members; json_extract in a statement is that of other drivers.',
  },
  {
    name: 'json_keys',
    internal: true,
    forms: [
      [
        'x',
        "CASE json_type(x) WHEN 'OBJECT' THEN json_keys(x) WHEN 'ARRAY' THEN list_transform(list_filter(from_json(x, '[\"JSON\"]'), lambda e: json_type(e) = 'VARCHAR'), lambda e: pg_extract_text(e, '$')) " +
          "WHEN 'VARCHAR' THEN [pg_extract_text(x, '$')] ELSE [] END",
      ],
    ],
    why: 'The strings that PostgreSQL tests a document for: its keys, its elements, or the document itself.',
  },
  {
    name: 'has_some_key',
    internal: true,
    forms: [['x, keys', 'list_has_any(pg_json_keys(x), list_filter(keys, lambda k: k IS NOT NULL))']],
    why: 'DuckDB has no operator ?|.',
  },
  {
    name: 'has_all_keys',
    internal: true,
    forms: [['x, keys', 'list_has_all(pg_json_keys(x), list_filter(keys, lambda k: k IS NOT NULL))']],
    why: 'DuckDB has no operator ?&.',
  },
  {
    name: 'json_members',
    internal: true,
    forms: [
      [
        'x',
        "list_transform(json_keys(x), lambda k: {'key': k, 'value': json_extract(x, '/' || replace(replace(k, '~', '~0'), '/', '~1'))})",
      ],
    ],
    why: "DuckDB's json_each is only allowed in FROM.",
  },
  {
    name: 'json_member_texts',
    internal: true,
    forms: [
      [
        'x',
        "list_transform(pg_json_members(x), lambda m: {'key': m.key, 'value': pg_extract_text(m.value, '$')})",
      ],
    ],
    why: "DuckDB's json_each is only allowed in FROM.",
  },
  {
    name: 'json_lines',
    internal: true,
    forms: [
      [
        't',
        "CASE json_type(t) WHEN 'OBJECT' THEN '{' || array_to_string(list_transform(pg_json_members(t), lambda m: CAST(to_json(m.key) AS VARCHAR) || ':' || CAST(m.value AS VARCHAR)), ',' || chr(10) || ' ') || '}' " +
          "ELSE '[' || array_to_string(CAST(from_json(t, '[\"JSON\"]') AS VARCHAR[]), ',' || chr(10) || ' ') || ']' END",
      ],
    ],
    why: 'PostgreSQL breaks the lines of a document between the members of the outermost level.',
  },
  {
    name: 'json_step',
    internal: true,
    forms: [
      [
        's',
        "CASE WHEN typeof(s) = 'VARCHAR' THEN '/' || replace(replace(CAST(s AS VARCHAR), '~', '~0'), '/', '~1') " +
          "ELSE CASE WHEN TRY_CAST(s AS BIGINT) < 0 THEN '$[#' ELSE '$[' END || CAST(s AS VARCHAR) || ']' END",
      ],
    ],
    why: 'In DuckDB a key that begins with $ or / is a path.',
  },
  {
    name: 'extract_text',
    internal: true,
    forms: [['x, p', stripMarksSql('json_extract_string(x, p)')]],
    planned: [['x, p', 'json_extract_string(x, p)']],
    why: WHY,
  },
  {
    name: 'extract_texts',
    internal: true,
    forms: [['x, p', `list_transform(json_extract_string(x, p), lambda t: ${stripMarksSql('t')})`]],
    planned: [['x, p', 'json_extract_string(x, p)']],
    why: WHY,
  },
  {
    name: 'element_texts',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN contains(CAST(x AS VARCHAR), '${MARK}') THEN list_transform(from_json(x, '["VARCHAR"]'), lambda t: ${stripMarksSql('t')}) ELSE from_json(x, '["VARCHAR"]') END`,
      ],
    ],
    planned: [['x', `from_json(x, '["VARCHAR"]')`]],
    why: WHY,
  },
  {
    name: 'json_text',
    internal: true,
    forms: [['x', stripMarksSql('CAST(x AS VARCHAR)')]],
    planned: [['x', 'CAST(x AS VARCHAR)']],
    why: WHY,
  },
  {
    name: 'is_loose_json',
    internal: true,
    forms: [['t', "regexp_matches(t, ',\\s*[]}]|[nN][aA]?[nN]|[iI][nN][fF]')"]],
    why: 'DuckDB reads commas before brackets, NaN and Infinity as JSON.',
  },
  {
    name: 'json_in',
    internal: true,
    forms: [
      [
        't',
        `CASE WHEN pg_is_loose_json(t) AND pg_json_strict(t) = 'f' THEN error('[SQL_BAD_VALUE] invalid input syntax for type json') ` +
          `WHEN ${hasLongNumber('t')} OR contains(t, '${MARK}') THEN CAST(pg_marked_json(t) AS JSON) ELSE CAST(t AS JSON) END`,
      ],
    ],
    why: WHY,
  },
  {
    name: 'exact_json',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN ${hasLongNumber('CAST(x AS VARCHAR)')} THEN CAST(pg_marked_numbers(CAST(x AS VARCHAR)) AS JSON) ELSE CAST(x AS JSON) END`,
      ],
    ],
    why: WHY,
  },
  {
    name: 'number_document',
    internal: true,
    forms: [
      [
        't',
        "CASE WHEN regexp_full_match(t, '-?(0|[1-9][0-9]{0,14})(\\.[0-9]{0,3}[1-9])?') AND length(t) <= 16 THEN CAST(t AS JSON) " +
          "WHEN t IN ('NaN', 'Infinity', '-Infinity') THEN to_json(t) ELSE CAST(pg_marked_numbers(t) AS JSON) END",
      ],
    ],
    why: WHY,
  },
  {
    name: 'row_document',
    internal: true,
    forms: [
      [
        'x',
        "CASE WHEN regexp_matches(typeof(x), 'TIMESTAMP|DECIMAL\\(38,|STRUCT\\(n VARCHAR, d SMALLINT\\)|NUM') THEN CAST(pg_row_json(CAST(to_json(x) AS VARCHAR), typeof(x)) AS JSON) " +
          'ELSE pg_exact_json(to_json(x)) END',
      ],
    ],
    why: 'DuckDB writes timestamps and numbers of rows and arrays unlike PostgreSQL.',
  },
  {
    name: 'column_form',
    internal: true,
    forms: [['x', 'CAST(pg_column_json(CAST(x AS VARCHAR)) AS JSON)']],
    why: 'DuckDB compares the text of documents.',
  },
  {
    name: 'elements',
    internal: true,
    forms: [['x', "json_extract(x, '$[*]')"]],
    // The planner finds lists by this function.
    planned: [['x', `from_json(x, '["JSON"]')`]],
    why: "DuckDB's from_json makes NULL of a null in an array.",
  },
  {
    name: 'json_typeof',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN regexp_matches(CAST(x AS VARCHAR), '^"${MARK}[Nn]') THEN 'number' ELSE CASE json_type(x) ` +
          "WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' " +
          "WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'HUGEINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' WHEN 'DECIMAL' THEN 'number' END END",
      ],
    ],
    why: "DuckDB's json_type returns the names of its own types.",
  },
  {
    name: 'plain',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN regexp_matches(CAST(x AS VARCHAR), '${MARK}[Bsnb]') THEN CAST(pg_untyped_json(CAST(x AS VARCHAR)) AS JSON) ELSE x END`,
      ],
    ],
    planned: [['x', 'x']],
    why: 'A statement that writes documents reads them with the DynamoDB type of each value, which other functions must not see.',
  },
  {
    name: 'type_free',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN regexp_matches(CAST(x AS VARCHAR), '${MARK}[Bsnb]') THEN error('[SQL_NOT_SUPPORTED] cannot keep the sets and binary values of a document through this function' || chr(10) || 'Remedy: Use jsonb_set, jsonb_insert, ||, - or #-, which keep them.') ELSE x END`,
      ],
    ],
    planned: [['x', 'x']],
    why: 'What a function makes of a document must not be stored with other types than the document has.',
  },
  {
    name: 'typed_document',
    internal: true,
    forms: [['t', 'CAST(t AS JSON)']],
    why: 'A document with its marks, from the driver itself.',
  },
  {
    name: 'document_text',
    internal: true,
    forms: [['x', 'CAST(x AS VARCHAR)']],
    why: 'The text of a document with its marks, for the driver itself.',
  },
];
