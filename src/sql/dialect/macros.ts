import { DOCUMENT_MACROS } from './document-macros.ts';
import type { Macro } from './macro.ts';
import { NUMBER_MACROS } from './number-macros.ts';
import { TIME_MACROS } from './time-macros.ts';
import { RESERVED } from './functions/format-text.ts';

/** A floating-point number with at most `digits` digits before the point has no exponent in PostgreSQL. */
const floatText = (digits: string, otherwise: string): string =>
  `CASE WHEN regexp_full_match(t, '-?[0-9]{1,${digits}}\\.[0-9]+') THEN regexp_replace(t, '\\.0$', '') ELSE ${otherwise}(t) END`;

const raise = (code: string, message: string): string => `error('[${code}] ${message}')`;

// For a document len() returns the length of its text.
const ELEMENTS = 'CAST(json_array_length(to_json(a)) AS INTEGER)';
const JSON_OF_ARRAY = 'to_json(a)';
/** The lengths of an array of arrays in its dimensions from the second on; NULL where it has none. Lists in a document are elements. */
const innerLength = (level: number): string =>
  `CASE WHEN pg_depth(typeof(a)) > ${level} THEN json_array_length(${JSON_OF_ARRAY}, '${'/0'.repeat(level)}') END`;
const LENGTHS = [ELEMENTS, innerLength(1), innerLength(2)];
const dimension = (value: (length: string) => string): readonly [string, string] => [
  'a, n',
  `CASE WHEN ${ELEMENTS} > 0 THEN CAST(CASE n ${LENGTHS.map((length, i) => `WHEN ${i + 1} THEN ${value(length)}`).join(' ')} END AS INTEGER) END`,
];
const itself = (length: string): string => length;

/** Created in the planning engine and in the executing engines. A CASE on `typeof` folds to one branch when DuckDB binds it. */
export const MACROS: readonly Macro[] = [
  // First, because DuckDB looks up the macros that a macro calls.
  ...NUMBER_MACROS,
  ...DOCUMENT_MACROS,
  ...TIME_MACROS,
  // Numbers
  {
    name: 'finite',
    internal: true,
    forms: [
      [
        'x',
        `CASE WHEN isinf(x) THEN ${raise('SQL_NUMERIC_RANGE', 'value out of range: overflow')} ELSE x END`,
      ],
    ],
    why: 'DuckDB returns infinity on overflow.',
  },
  {
    name: 'div',
    forms: [['a, b', 'CAST(trunc(a / pg_nonzero(b)) AS DECIMAL(38, 0))']],
    why: "DuckDB's divide does not return numeric.",
  },
  {
    name: 'width_bucket',
    forms: [
      [
        'x, low, high, n',
        `CAST(CASE WHEN n <= 0 THEN ${raise('SQL_BAD_ARGUMENT', 'count must be greater than zero')} ` +
          `WHEN low = high THEN ${raise('SQL_BAD_ARGUMENT', 'lower bound cannot equal upper bound')} ` +
          'WHEN low < high THEN CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1 ELSE floor((x - low) * 1e0 / (high - low) * n) + 1 END ' +
          'ELSE CASE WHEN x > low THEN 0 WHEN x <= high THEN n + 1 ELSE floor((low - x) * 1e0 / (low - high) * n) + 1 END END AS INTEGER)',
      ],
    ],
    why: 'DuckDB has only equi_width_bins.',
  },
  {
    name: 'to_hex',
    forms: [['n', "right(lower(to_hex(n)), CASE WHEN typeof(n) = 'INTEGER' THEN 8 ELSE 16 END)"]],
    why: "DuckDB's digits are upper case and always 64 bits wide.",
  },
  {
    name: 'char',
    internal: true,
    forms: [
      [
        'x',
        "CASE typeof(x) WHEN 'VARCHAR' THEN left(CAST(x AS VARCHAR), 1) ELSE chr(TRY_CAST(x AS INTEGER)) END",
      ],
    ],
    why: 'DuckDB has no one-byte type "char".',
  },
  {
    name: 'bit',
    internal: true,
    forms: [
      [
        'x, n',
        "CAST(CASE WHEN typeof(x) IN ('INTEGER', 'BIGINT') THEN right(lpad(CAST(CAST(TRY_CAST(x AS BIGINT) AS BIT) AS VARCHAR), greatest(n, 64), '0'), n) ELSE rpad(left(CAST(x AS VARCHAR), n), n, '0') END AS BIT)",
      ],
    ],
    why: 'DuckDB ignores the length of a bit string.',
  },
  // Text
  ...['lpad', 'rpad'].map((name): Macro => ({
    name,
    forms: [
      ['t, n', `${name}(t, greatest(n, 0), ' ')`],
      ['t, n, f', `CASE WHEN f = '' THEN left(t, greatest(n, 0)) ELSE ${name}(t, greatest(n, 0), f) END`],
    ],
    why: "DuckDB's has no default for the fill string, and refuses an empty one.",
  })),
  {
    name: 'part_start',
    internal: true,
    forms: [['start', 'CASE WHEN start < 1 THEN 1 ELSE CAST(start AS BIGINT) END']],
    why: 'In PostgreSQL a part of a string may begin before its first character.',
  },
  {
    name: 'part_length',
    internal: true,
    forms: [
      [
        'start, n',
        `CASE WHEN n < 0 THEN ${raise('SQL_SUBSTRING', 'negative substring length not allowed')} ` +
          'WHEN CAST(start AS BIGINT) + n < pg_part_start(start) THEN 0 ELSE CAST(start AS BIGINT) + n - pg_part_start(start) END',
      ],
    ],
    why: 'A part that begins before the first character is shorter by what is missing.',
  },
  ...['substr', 'substring'].map((name): Macro => ({
    name,
    forms: [
      ['t, start', 'substring(t, pg_part_start(start))'],
      ['t, start, n', 'substring(t, pg_part_start(start), pg_part_length(start, n))'],
    ],
    why: 'DuckDB counts positions below 1 from the end.',
  })),
  {
    name: 'bytes',
    internal: true,
    forms: [
      [
        't',
        String.raw`CASE WHEN t IS NULL THEN NULL WHEN NOT contains(t, '\') THEN encode(t) WHEN regexp_full_match(t, '\\x(?:[0-9A-Fa-f]{2})*') THEN unhex(t[3:]) WHEN regexp_full_match(t, '(?:[^\\]|\\\\)*') THEN encode(replace(t, '\\', '\')) ` +
          `WHEN starts_with(t, '\\x') THEN ${raise('SQL_BAD_ARGUMENT', 'invalid hexadecimal data')} ELSE ${raise('SQL_BAD_VALUE', 'invalid input syntax for type bytea')} END`,
      ],
    ],
    why: "DuckDB's cast reads other escapes, and no text that is not ASCII.",
  },
  {
    name: 'bytes_part',
    internal: true,
    forms: [
      ['b, start', 'unhex(substring(hex(b), pg_part_start(start) * 2 - 1))'],
      ['b, start, n', 'unhex(substring(hex(b), pg_part_start(start) * 2 - 1, pg_part_length(start, n) * 2))'],
    ],
    why: 'DuckDB has no parts of bytes.',
  },
  {
    name: 'sha256',
    forms: [['x', 'unhex(sha256(x))']],
    why: "DuckDB's returns hexadecimal digits instead of bytes.",
  },
  {
    name: 'initcap',
    forms: [
      [
        't',
        "array_to_string(list_transform(regexp_extract_all(t, '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+'), lambda w: upper(w[1]) || lower(w[2:])), '')",
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'all_matches',
    internal: true,
    forms: [['t, p, f', `from_json(pg_match_groups(t, p, f), '[["VARCHAR"]]')`]],
    why: 'DuckDB returns an empty string for a group that did not participate, and one group of all matches.',
  },
  {
    name: 'first_match',
    internal: true,
    forms: [['t, p, f', 'pg_all_matches(t, p, f)[1]']],
    why: 'DuckDB returns an empty string for a group that did not participate.',
  },
  {
    name: 'regexp_count',
    forms: [
      ['t, p', "len(regexp_extract_all(t, p, 0, 's'))"],
      ['t, p, start', "len(regexp_extract_all(substring(t, start), p, 0, 's'))"],
      ['t, p, start, f', "len(regexp_extract_all(substring(t, start), p, 0, 's' || f))"],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'regexp_substr',
    forms: [
      ['t, p', "regexp_extract_all(t, p, 0, 's')[1]"],
      ['t, p, start', "regexp_extract_all(substring(t, start), p, 0, 's')[1]"],
      ['t, p, start, n', "regexp_extract_all(substring(t, start), p, 0, 's')[n]"],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'regexp_instr',
    forms: [
      [
        't, p',
        "CASE WHEN regexp_matches(t, p, 's') THEN length(regexp_extract(t, '^(.*?)(?:' || p || ')', 1, 's')) + 1 WHEN t IS NOT NULL THEN 0 END",
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'split_part',
    forms: [
      [
        't, d, n',
        `CASE WHEN n = 0 THEN ${raise('SQL_BAD_ARGUMENT', 'field position must not be zero')} WHEN d = '' THEN CASE WHEN abs(n) = 1 THEN t ELSE '' END ELSE split_part(t, d, n) END`,
      ],
    ],
    planned: [['t, d, n', 'split_part(t, d, n)']],
    why: "DuckDB's splits at an empty delimiter, and has a field 0.",
  },
  ...(['convert_from', 'convert_to'] as const).map((name): Macro => ({
    name,
    forms: [
      [
        'x, e',
        `CASE WHEN upper(e) IN ('UTF8', 'UTF-8', 'UNICODE') THEN ${name === 'convert_from' ? 'decode' : 'encode'}(x) ELSE ${raise('SQL_NOT_SUPPORTED', `${name} is supported only for UTF8`)} END`,
      ],
    ],
    why: 'DuckDB names them decode and encode, without an encoding.',
  })),
  {
    name: 'quote_ident',
    forms: [
      [
        't',
        `CASE WHEN regexp_full_match(t, '[a-z_][a-z0-9_]*') AND NOT regexp_full_match(t, '${[...RESERVED].join('|')}') THEN t ELSE '"' || replace(t, '"', '""') || '"' END`,
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'interval_text',
    internal: true,
    forms: [['t', "regexp_replace(t, '\\bmonth(s?)\\b', 'mon\\1', 'g')"]],
    why: 'PostgreSQL abbreviates months.',
  },
  {
    name: 'blob_text',
    internal: true,
    forms: [['t', "'\\x' || lower(hex(CAST(t AS BLOB)))"]],
    why: "DuckDB's text of bytes has their ASCII characters.",
  },
  {
    name: 'float_text',
    internal: true,
    forms: [['t', floatText('15', 'pg_double_text')]],
    why: 'DuckDB prints .0, and exponents for other numbers.',
  },
  {
    name: 'real_text',
    internal: true,
    forms: [['t', floatText('6', 'pg_single_text')]],
    why: 'DuckDB prints .0, and exponents for other numbers.',
  },
  {
    name: 'text',
    internal: true,
    forms: [
      [
        'x',
        "CASE typeof(x) WHEN 'VARCHAR' THEN CAST(x AS VARCHAR) WHEN 'DOUBLE' THEN pg_float_text(CAST(x AS VARCHAR)) WHEN 'FLOAT' THEN pg_real_text(CAST(x AS VARCHAR)) " +
          "WHEN 'JSON' THEN pg_json_text(x) WHEN 'INTERVAL' THEN pg_interval_text(CAST(x AS VARCHAR)) WHEN 'BLOB' THEN pg_blob_text(CAST(x AS VARCHAR)) " +
          "WHEN 'TIMESTAMP WITH TIME ZONE' THEN pg_time_text(x) WHEN 'TIMESTAMP' THEN pg_time_text(x) WHEN 'DATE' THEN pg_time_text(x) " +
          "ELSE CASE WHEN typeof(x) LIKE 'DECIMAL(38,%[]' THEN pg_numbers_text(CAST(x AS VARCHAR)) WHEN typeof(x) LIKE '%[]' THEN pg_array_text(CAST(to_json(x) AS VARCHAR), typeof(x)) WHEN typeof(x) LIKE 'DECIMAL(38,%' THEN pg_number_text(CAST(x AS VARCHAR)) ELSE CAST(x AS VARCHAR) END END",
      ],
    ],
    why: 'DuckDB formats floating-point numbers, intervals, bytes and lists differently.',
  },
  {
    name: 'output',
    internal: true,
    forms: [['x', "CASE typeof(x) WHEN 'BOOLEAN' THEN left(CAST(x AS VARCHAR), 1) ELSE pg_text(x) END"]],
    why: 'concat and format print a boolean as t or f, unlike a cast to text.',
  },
  {
    name: 'octet_length',
    forms: [
      [
        'x',
        "CASE typeof(x) WHEN 'BLOB' THEN octet_length(CAST(x AS BLOB)) ELSE strlen(CAST(x AS VARCHAR)) END",
      ],
    ],
    why: "DuckDB's accepts only bytes.",
  },
  {
    name: 'quote_literal',
    forms: [
      [
        'x',
        "CASE WHEN contains(pg_text(x), '\\') THEN 'E' ELSE '' END || '''' || replace(replace(pg_text(x), '\\', '\\\\'), '''', '''''') || ''''",
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'quote_nullable',
    forms: [['x', "coalesce(pg_quote_literal(x), 'NULL')"]],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'encode',
    forms: [
      [
        'b, f',
        "CASE lower(f) WHEN 'hex' THEN lower(hex(CAST(b AS BLOB))) WHEN 'base64' THEN regexp_replace(to_base64(CAST(b AS BLOB)), '(.{76})(.)', '\\1' || chr(10) || '\\2', 'g') " +
          String.raw`WHEN 'escape' THEN array_to_string(list_transform(regexp_extract_all(hex(CAST(b AS BLOB)), '..'), lambda h: CASE WHEN h = '5C' THEN '\\' WHEN h = '00' OR h >= '80' THEN '\' || format('{:03o}', CAST('0x' || h AS INTEGER)) ELSE chr(CAST('0x' || h AS INTEGER)) END), '') ` +
          `ELSE ${raise('SQL_BAD_ARGUMENT', `unrecognized encoding: "' || f || '"`)} END`,
      ],
    ],
    why: "DuckDB's encode converts text to bytes.",
  },
  {
    name: 'decode',
    forms: [
      [
        't, f',
        "CASE lower(f) WHEN 'hex' THEN unhex(t) WHEN 'base64' THEN from_base64(replace(t, chr(10), '')) " +
          `ELSE ${raise('SQL_NOT_SUPPORTED', 'decode is supported only for hex and base64')} END`,
      ],
    ],
    why: "DuckDB's decode converts bytes to text.",
  },
  {
    name: 'normalize',
    forms: [
      ['t', 'nfc_normalize(t)'],
      ['t, f', 'pg_normal_form(t, upper(f))'],
    ],
    why: 'DuckDB supports only NFC.',
  },
  // Dates and times
  {
    name: 'to_char',
    forms: [['x, f', 'pg_formatted(CAST(x AS VARCHAR), typeof(x), f)']],
    why: "DuckDB's strftime and format use different patterns.",
  },
  {
    name: 'has_plain_year',
    internal: true,
    forms: [['x', "isfinite(x) AND x >= TIMESTAMP '0001-01-01'"]],
    why: 'Infinity and years before our era are not printed with their fields.',
  },
  {
    name: 'to_timestamp',
    forms: [
      ['x', 'to_timestamp(x)'],
      ['t, f', 'CAST(pg_parsed_time(t, f) AS TIMESTAMP WITH TIME ZONE)'],
    ],
    why: "DuckDB's accepts only seconds, and strptime uses different patterns.",
  },
  {
    name: 'to_date',
    forms: [['t, f', 'CAST(CAST(pg_parsed_time(t, f) AS TIMESTAMP) AS DATE)']],
    why: 'DuckDB has only strptime, which uses different patterns.',
  },
  {
    name: 'to_number',
    forms: [['t, f', 'CAST(pg_parsed_number(t, f) AS DECIMAL(38, 10))']],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'date_trunc_in_zone',
    internal: true,
    forms: [['u, x, z', 'timezone(z, date_trunc(u, timezone(z, CAST(x AS TIMESTAMP WITH TIME ZONE))))']],
    why: "DuckDB's date_trunc does not accept a time zone.",
  },
  {
    name: 'date_bin',
    forms: [['s, t, o', 'time_bucket(s, t, o)']],
    why: 'DuckDB calls it time_bucket.',
  },
  {
    name: 'overlaps',
    forms: [
      [
        'a, b, c, d',
        'CASE WHEN least(a, b) = least(c, d) THEN true WHEN least(a, b) < least(c, d) THEN least(c, d) < greatest(a, b) ELSE least(a, b) < greatest(c, d) END',
      ],
    ],
    why: 'DuckDB has no OVERLAPS.',
  },
  {
    name: 'justify_days',
    forms: [
      [
        'i',
        `to_months(CAST(pg_interval_months(i) + trunc(datepart('day', i) / 30) AS INTEGER)) + to_days(CAST(datepart('day', i) % 30 AS INTEGER)) + to_microseconds(pg_interval_micros(i))`,
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'justify_hours',
    forms: [
      [
        'i',
        `to_months(CAST(pg_interval_months(i) AS INTEGER)) + to_days(CAST(datepart('day', i) + pg_interval_micros(i) / 86400000000 AS INTEGER)) + to_microseconds(pg_interval_micros(i) % 86400000000)`,
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'justify_interval',
    forms: [['i', 'pg_justify_days(pg_justify_hours(i))']],
    why: 'DuckDB has no such function.',
  },
  // Arrays
  {
    name: 'numeric_series',
    internal: true,
    forms: [
      ['a, b', 'list_transform(generate_series(0, CAST(floor(b - a) AS BIGINT)), lambda i: a + i)'],
      [
        'a, b, step',
        'list_transform(generate_series(0, CAST(floor((b - a) / step) AS BIGINT)), lambda i: a + i * step)',
      ],
    ],
    why: "DuckDB's generate_series takes no numerics.",
  },
  {
    name: 'depth',
    internal: true,
    forms: [['t', "(length(t) - length(replace(t, '[]', ''))) // 2"]],
    why: 'DuckDB has no function for the number of dimensions.',
  },
  {
    name: 'cardinality',
    forms: [
      ['a', `CAST(${ELEMENTS} * coalesce(${innerLength(1)}, 1) * coalesce(${innerLength(2)}, 1) AS INTEGER)`],
    ],
    why: "DuckDB's accepts only maps. Here lists and sets in documents have a cardinality, too.",
  },
  {
    name: 'each_in_array',
    internal: true,
    forms: [['a', 'list_transform(a, lambda e: [e])']],
    why: 'regexp_matches returns an array for each match, regexp_extract_all a string.',
  },
  {
    name: 'present',
    internal: true,
    forms: [['a', 'list_filter(a, lambda e: e IS NOT NULL)']],
    why: 'regexp_matches returns no row if nothing matches.',
  },
  {
    name: 'array_length',
    forms: [dimension(itself)],
    why: 'In PostgreSQL the length of an empty array is NULL. Here lists and sets in documents have a length, too.',
  },
  { name: 'array_upper', forms: [dimension(itself)], why: 'DuckDB has no such function.' },
  {
    name: 'array_lower',
    forms: [dimension((length) => `CASE WHEN ${length} > 0 THEN 1 END`)],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'array_ndims',
    forms: [['a', `CASE WHEN ${ELEMENTS} > 0 THEN CAST(greatest(pg_depth(typeof(a)), 1) AS INTEGER) END`]],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'array_dims',
    forms: [
      [
        'a',
        `CASE WHEN ${ELEMENTS} > 0 THEN concat(${LENGTHS.map((length) => `'[1:' || CAST(${length} AS VARCHAR) || ']'`).join(', ')}) END`,
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'joined_texts',
    internal: true,
    forms: [
      [
        'pairs',
        "array_to_string(list_transform(list_filter(pairs, lambda p: p.text IS NOT NULL), lambda p, i: CASE WHEN i = 1 THEN p.text ELSE coalesce(p.separator, '') || p.text END), '')",
      ],
    ],
    why: "DuckDB's string_agg has one separator for all texts.",
  },
  {
    name: 'field_text',
    internal: true,
    forms: [
      [
        't',
        `list_transform([t], lambda v: CASE WHEN v IS NULL THEN '' WHEN v = '' OR regexp_matches(v, '[(),"\\\\\\s]') THEN '"' || replace(replace(v, '\\', '\\\\'), '"', '""') || '"' ELSE v END)[1]`,
      ],
    ],
    why: "DuckDB's text of a row has quotes and blanks of its own.",
  },
  {
    name: 'inner_slice',
    internal: true,
    forms: [['a, low, high', 'list_transform(a, lambda e: e[low:high])']],
    why: 'DuckDB slices only the first dimension.',
  },
  {
    name: 'repeated',
    internal: true,
    forms: [['x, n', 'list_transform(generate_series(1, n), lambda i: x)']],
    why: 'DuckDB has no array_fill.',
  },
  {
    name: 'array_contains',
    internal: true,
    forms: [['a, b', 'list_has_all(a, b) AND len(b) = list_count(b)']],
    why: 'In DuckDB NULL contains NULL.',
  },
  {
    name: 'subscripts',
    internal: true,
    forms: [
      ['a, n', 'generate_series(1, pg_array_upper(a, n))'],
      [
        'a, n, reverse',
        'CASE WHEN reverse THEN generate_series(pg_array_upper(a, n), 1, -1) ELSE generate_series(1, pg_array_upper(a, n)) END',
      ],
    ],
    // The form of DuckDB's own, whose document the planner finds.
    planned: [
      ['a, n', 'generate_series(1, array_length(a, n))'],
      ['a, n, reverse', 'generate_series(1, array_length(a, n))'],
    ],
    why: "DuckDB's generate_subscripts is not allowed in FROM.",
  },
  {
    name: 'trim_array',
    forms: [
      [
        'a, n',
        `CASE WHEN n < 0 OR n > len(a) THEN ${raise('SQL_ARRAY_ELEMENT', "number of elements to trim must be between 0 and ' || len(a) || '")} ELSE a[1:len(a) - n] END`,
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'array_position',
    forms: [
      ['a, x', 'list_position(a, x)'],
      ['a, x, start', 'list_position(a[start:], x) + start - 1'],
    ],
    why: "DuckDB's has no first position.",
  },
  {
    name: 'array_positions',
    forms: [
      [
        'a, x',
        'list_filter(generate_series(1, CAST(len(a) AS INTEGER)), lambda i: a[i] IS NOT DISTINCT FROM x)',
      ],
    ],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'split',
    internal: true,
    forms: [
      [
        't, s',
        "CASE WHEN t = '' THEN [] WHEN s IS NULL THEN regexp_extract_all(t, '(?s).') WHEN s = '' THEN [t] ELSE string_split(t, s) END",
      ],
    ],
    why: "DuckDB's returns one element for an empty string and for NULL as the separator.",
  },
  {
    name: 'string_to_array',
    forms: [
      ['t, s', 'pg_split(t, s)'],
      ['t, s, n', 'list_transform(pg_split(t, s), lambda e: CASE WHEN e IS DISTINCT FROM n THEN e END)'],
    ],
    why: "DuckDB's returns one element for an empty string and for NULL as the separator, and replaces nothing by NULL.",
  },
  {
    name: 'array_remove',
    forms: [['a, x', 'list_filter(a, lambda e: e IS DISTINCT FROM x)']],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'array_replace',
    forms: [['a, x, y', 'list_transform(a, lambda e: CASE WHEN e IS NOT DISTINCT FROM x THEN y ELSE e END)']],
    why: 'DuckDB has no such function.',
  },
  {
    name: 'array_to_string',
    forms: [
      [
        'a, s',
        'CASE WHEN s IS NOT NULL THEN array_to_string(list_transform(a, lambda e: pg_output(e)), s) END',
      ],
      [
        'a, s, n',
        'CASE WHEN s IS NOT NULL THEN array_to_string(list_transform(a, lambda e: coalesce(pg_output(e), n)), s) END',
      ],
    ],
    why: 'DuckDB has no replacement for NULL, and formats elements differently.',
  },
  // JSON
  {
    name: 'jsonb',
    internal: true,
    forms: [['x', 'CAST(pg_normal_json(CAST(x AS VARCHAR)) AS JSON)']],
    why: 'DuckDB has no jsonb; in its JSON type equal documents may have different text.',
  },
  {
    name: 'json_value',
    internal: true,
    forms: [
      [
        'x',
        "CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT', 'HUGEINT') OR typeof(x) LIKE 'DECIMAL%' THEN pg_number_json(CAST(x AS VARCHAR)) ELSE CAST(to_json(x) AS VARCHAR) END",
      ],
    ],
    why: 'DuckDB formats a DECIMAL as the nearest double, and keeps the zero of 2.0.',
  },
  {
    name: 'jsonb_member',
    internal: true,
    forms: [
      [
        'x',
        "CASE json_type(x) WHEN 'OBJECT' THEN pg_jsonb_text(CAST(x AS VARCHAR)) WHEN 'ARRAY' THEN pg_jsonb_text(CAST(x AS VARCHAR)) ELSE pg_extract_text(x, '$') END",
      ],
    ],
    planned: [
      [
        'x',
        "CASE json_type(x) WHEN 'OBJECT' THEN pg_normal_json(CAST(x AS VARCHAR)) WHEN 'ARRAY' THEN pg_normal_json(CAST(x AS VARCHAR)) ELSE json_extract_string(x, '$') END",
      ],
    ],
    why: 'PostgreSQL extracts a member of jsonb in the normal form.',
  },
  {
    name: 'jsonb_set',
    forms: [
      ['x, p, v', 'CAST(pg_json_set(CAST(x AS VARCHAR), p, CAST(v AS VARCHAR)) AS JSON)'],
      [
        'x, p, v, c',
        'CAST(CASE WHEN c THEN pg_json_set(CAST(x AS VARCHAR), p, CAST(v AS VARCHAR)) ELSE pg_json_replace(CAST(x AS VARCHAR), p, CAST(v AS VARCHAR)) END AS JSON)',
      ],
    ],
    why: 'DuckDB has no function that modifies a document.',
  },
  ...['jsonb_strip_nulls', 'json_strip_nulls'].map((name): Macro => ({
    name,
    forms: [['x', 'CAST(pg_json_without_nulls(CAST(x AS VARCHAR)) AS JSON)']],
    why: 'DuckDB has no such function.',
  })),
  {
    name: 'jsonb_insert',
    forms: [
      ['x, p, v', "CAST(pg_json_insert(CAST(x AS VARCHAR), p, CAST(v AS VARCHAR), 'before') AS JSON)"],
      [
        'x, p, v, after',
        "CAST(pg_json_insert(CAST(x AS VARCHAR), p, CAST(v AS VARCHAR), CASE WHEN after THEN 'after' ELSE 'before' END) AS JSON)",
      ],
    ],
    why: 'DuckDB has no function that modifies a document.',
  },
  {
    name: 'jsonb_member_texts',
    internal: true,
    forms: [
      [
        'x',
        "list_transform(pg_json_members(x), lambda m: {'key': m.key, 'value': pg_jsonb_member(m.value)})",
      ],
    ],
    why: 'As text, objects and arrays have blanks after commas and colons.',
  },
  {
    name: 'jsonb_element_texts',
    internal: true,
    forms: [['x', `list_transform(from_json(x, '["JSON"]'), lambda e: pg_jsonb_member(e))`]],
    planned: [['x', `from_json(x, '["VARCHAR"]')`]],
    why: 'As text, objects and arrays have blanks after commas and colons.',
  },
  {
    name: 'jsonb_pretty',
    forms: [
      [
        'x',
        String.raw`regexp_replace(regexp_replace(pg_json_text(json_pretty(pg_jsonb(x))), '(?m)^( *)((?:"(?:[^"\\]|\\.)*": )?)\{\}(,?)$', '\1\2{' || chr(10) || '\1}\3', 'g'), '(?m)^( *)((?:"(?:[^"\\]|\\.)*": )?)\[\](,?)$', '\1\2[' || chr(10) || '\1]\3', 'g')`,
      ],
    ],
    why: "DuckDB's json_pretty keeps the order of keys, and empty objects and arrays on one line.",
  },
];
