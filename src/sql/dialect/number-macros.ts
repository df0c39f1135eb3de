import { EXACT_NUMBERS } from './functions/raise.ts';
import type { Macro } from './macro.ts';

/** Digits after the point of a numeric without precision whose digits are known only when it is read, and of a quotient. */
export const READ_SCALE = 10;
export const QUOTIENT_SCALE = 20;

/** DuckDB prints no 0 before the point of a DECIMAL that has all its digits after it. */
const withWholePart = (text: string): string =>
  `regexp_replace(regexp_replace(${text}, '^(-?)\\.', '\\10.'), '^-?$', '0')`;

const trimmed = (text: string): string =>
  `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;

/** Numbers without a loss of digits. DuckDB's DECIMAL has 38 digits: what does not fit raises EXACT_NUMBERS. */
export const NUMBER_MACROS: readonly Macro[] = [
  {
    name: 'nonzero',
    internal: true,
    forms: [['b', `CASE WHEN b = 0 THEN error('[SQL_DIVISION_BY_ZERO] division by zero') ELSE b END`]],
    why: 'DuckDB divides by zero to NULL or infinity.',
  },
  {
    name: 'read_numeric',
    internal: true,
    forms: [
      [
        't',
        `CASE WHEN regexp_full_match(t, '\\s*[-+]?(?:[0-9]{1,27}(?:\\.[0-9]{0,${READ_SCALE}})?|\\.[0-9]{1,${READ_SCALE}})\\s*') THEN CAST(t AS DECIMAL(38, ${READ_SCALE})) ` +
          `ELSE CAST(pg_numeric_input(t, '${READ_SCALE}') AS DECIMAL(38, ${READ_SCALE})) END`,
      ],
    ],
    // As such a cast it can be pushed down.
    planned: [['t', `CAST(t AS DECIMAL(38, ${READ_SCALE}))`]],
    why: 'DuckDB has no numeric without precision, and a cast to DECIMAL rounds.',
  },
  {
    name: 'hugeint',
    internal: true,
    forms: [['t', 'CAST(t AS HUGEINT)']],
    why: "DuckDB's integer of 128 bits, which is a numeric in PostgreSQL.",
  },
  {
    name: 'number_text',
    internal: true,
    forms: [
      ['t', withWholePart(trimmed('t'))],
      [
        't, n',
        withWholePart(
          `rtrim(CASE WHEN contains(t, '.') THEN rpad(rtrim(t, '0'), CAST(greatest(length(rtrim(t, '0')), strpos(t, '.') + n) AS INTEGER), '0') ELSE t || '.' || repeat('0', n) END, '.')`,
        ),
      ],
    ],
    why: 'A DECIMAL has as many digits after the point for all values, PostgreSQL those of each value.',
  },
  {
    name: 'numbers_text',
    internal: true,
    forms: [
      [
        't',
        "'{' || replace(replace(replace(regexp_replace(regexp_replace(t, '(\\.[0-9]*[1-9])0+\\b', '\\1', 'g'), '\\.0+\\b', '', 'g'), '[', '{'), ']', '}')[2:-1], ', ', ',') || '}'",
      ],
    ],
    why: 'An array of numbers whose digits after the point differ.',
  },
  {
    name: 'quotient_places',
    internal: true,
    forms: [
      [
        'x',
        'CASE WHEN x IN (1, 0) THEN 20 WHEN x = 10000 THEN 16 WHEN x = 100000000 THEN 12 WHEN x = 1000000000000 THEN 8 ' +
          'WHEN x < 0.0001 THEN 24 WHEN x < 1 THEN 20 WHEN x < 10000 THEN 16 WHEN x < 100000000 THEN 12 WHEN x < 1000000000000 THEN 8 WHEN x < 10000000000000000 THEN 4 ELSE 0 END',
      ],
    ],
    why: 'How many digits follow the point of a quotient in PostgreSQL.',
  },
  {
    name: 'quotient_text',
    internal: true,
    forms: [
      [
        'x, n',
        'list_transform([x], lambda q: pg_number_text(CAST(q AS VARCHAR), greatest(n, pg_quotient_places(abs(q)))))[1]',
      ],
    ],
    why: 'Quotients have at least 16 significant digits in PostgreSQL.',
  },
  {
    name: 'decimal_scale',
    internal: true,
    forms: [
      ['t', `CASE WHEN t LIKE 'DECIMAL%' THEN CAST(regexp_extract(t, ',([0-9]+)', 1) AS INTEGER) ELSE 0 END`],
    ],
    why: 'A macro does not know the scale of its argument otherwise.',
  },
  {
    name: 'base_digits',
    internal: true,
    forms: [['a, b', '4 * ((greatest(pg_decimal_scale(typeof(a)), pg_decimal_scale(typeof(b))) + 3) // 4)']],
    why: "PostgreSQL's numeric has digits of base 10,000, on which the scale of quotients depends.",
  },
  {
    name: 'is_short',
    internal: true,
    forms: [['x, s', `abs(CAST(x AS DOUBLE)) < CAST('1e' || (15 - s) AS DOUBLE)`]],
    why: 'A double holds 15 digits exactly.',
  },
  {
    name: 'shifted',
    internal: true,
    forms: [['x, s', `CAST(abs(CAST(x AS DOUBLE)) * CAST('1e' || s AS DOUBLE) AS BIGINT)`]],
    why: 'Integers are divided exactly.',
  },
  {
    name: 'leading_place',
    internal: true,
    forms: [
      [
        'x',
        'CASE WHEN x >= 1000000000000 THEN 3 WHEN x >= 100000000 THEN 2 WHEN x >= 10000 THEN 1 ELSE 0 END',
      ],
    ],
    why: 'The place of the first digit of base 10,000.',
  },
  {
    name: 'leading_digit',
    internal: true,
    forms: [
      [
        'x',
        'x // CASE WHEN x >= 1000000000000 THEN 1000000000000 WHEN x >= 100000000 THEN 100000000 WHEN x >= 10000 THEN 10000 ELSE 1 END',
      ],
    ],
    why: 'The first digit of base 10,000.',
  },
  {
    name: 'quotient_groups',
    internal: true,
    forms: [
      [
        'a, b',
        '4 - (pg_leading_place(a) - pg_leading_place(b) - CASE WHEN pg_leading_digit(a) <= pg_leading_digit(b) THEN 1 ELSE 0 END)',
      ],
    ],
    why: "PostgreSQL's select_div_scale: how many digits of base 10,000 follow the point.",
  },
  {
    name: 'rounded_quotient',
    internal: true,
    forms: [
      [
        'a, b, g',
        'CAST((2 * a * [1::HUGEINT, 10000, 100000000, 1000000000000, 10000000000000000, 100000000000000000000][g + 1] + b) // (2 * b) ' +
          `* [1::HUGEINT, 10000, 100000000, 1000000000000, 10000000000000000, 100000000000000000000][6 - g] AS DECIMAL(38, 0)) * 0.${'0'.repeat(QUOTIENT_SCALE - 1)}1`,
      ],
    ],
    why: 'Rounds half away from zero; the last factor moves the point.',
  },
  {
    name: 'short_quotient',
    internal: true,
    forms: [
      [
        'a, b',
        'CASE WHEN pg_quotient_groups(a, b) <= 5 THEN pg_rounded_quotient(a, b, greatest(pg_quotient_groups(a, b), 0)) ' +
          `WHEN (a * 100000000000000000000::HUGEINT) % b = 0 THEN pg_rounded_quotient(a, b, 5) ELSE error('[${EXACT_NUMBERS}] a quotient needs more than 38 digits') END`,
      ],
    ],
    why: 'The quotient of positive integers.',
  },
  {
    name: 'quotient',
    internal: true,
    forms: [
      [
        'a, b',
        `list_transform([{'a': a, 'b': pg_nonzero(b)}], lambda p: CASE WHEN pg_is_short(p.a, pg_base_digits(a, b)) AND pg_is_short(p.b, pg_base_digits(a, b)) ` +
          `THEN CASE WHEN (p.a < 0) = (p.b < 0) THEN 1 ELSE -1 END * list_transform([{'a': pg_shifted(p.a, pg_base_digits(a, b)), 'b': pg_shifted(p.b, pg_base_digits(a, b))}], lambda q: pg_short_quotient(q.a, q.b))[1] ` +
          `ELSE CAST(pg_divided(CAST(p.a AS VARCHAR), CAST(p.b AS VARCHAR), '${QUOTIENT_SCALE}') AS DECIMAL(38, ${QUOTIENT_SCALE})) END)[1]`,
      ],
    ],
    why: "DuckDB's quotients of exact numbers are DOUBLE.",
  },
];
