import type { Macro } from './macro.ts';

/** Microseconds from 2000 to 1970, since PostgreSQL counts from 2000 and rounds away from it. */
const EPOCH = '946684800000000';
const SINCE_2000 = `(epoch_us(x) - ${EPOCH})`;
const ROUNDED = `((${SINCE_2000} + CASE WHEN ${SINCE_2000} < 0 THEN -n // 2 ELSE n // 2 END) // n * n + ${EPOCH})`;

/** The text of a time without its era, and the era. */
const TEXT = "replace(CAST(x AS VARCHAR), ' (BC)', '')";
const ERA = "CASE WHEN contains(CAST(x AS VARCHAR), 'BC') THEN ' BC' ELSE '' END";

/** What is left of the months in days, and of the days in seconds, both rounded as in PostgreSQL's interval_div. */
const MONTH_DAYS =
  '(round((pg_interval_months(i) / CAST(n AS DOUBLE) - pg_interval_months(i) // n) * 30, 6))';
const DAY_SECONDS = `(round((datepart('day', i) / CAST(n AS DOUBLE) - datepart('day', i) // n + ${MONTH_DAYS} - trunc(${MONTH_DAYS})) * 86400, 6))`;

/** Dates, timestamps and intervals where a function's name is not PostgreSQL's. */
export const TIME_MACROS: readonly Macro[] = [
  {
    name: 'time_text',
    internal: true,
    forms: [['x', `${TEXT} || ${ERA}`]],
    why: "DuckDB prints the era in parentheses, after the date, and its optimiser compares a timestamp's text as a timestamp.",
  },
  {
    name: 'json_time',
    internal: true,
    forms: [
      [
        'x',
        `replace(${TEXT}, ' ', 'T') || CASE WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' AND isfinite(x) AND substr(${TEXT}, length(${TEXT}) - 2, 1) IN ('+', '-') THEN ':00' ELSE '' END || ${ERA}`,
      ],
    ],
    why: 'In a document, PostgreSQL writes timestamps in ISO 8601.',
  },
  {
    name: 'rounded_time',
    internal: true,
    forms: [
      [
        'x, n',
        `CASE WHEN isfinite(x) THEN CASE typeof(x) WHEN 'TIMESTAMP' THEN make_timestamp(${ROUNDED}) ELSE make_timestamptz(${ROUNDED}) END ELSE x END`,
      ],
    ],
    why: 'DuckDB ignores the precision of timestamp with time zone, and has other types for that of timestamp.',
  },
  {
    name: 'interval_months',
    internal: true,
    forms: [['i', "datepart('year', i) * 12 + datepart('month', i)"]],
    why: 'DuckDB returns years and months separately.',
  },
  {
    name: 'interval_micros',
    internal: true,
    forms: [
      [
        'i',
        "(datepart('hour', i) * 3600 + datepart('minute', i) * 60) * 1000000 + datepart('microsecond', i)",
      ],
    ],
    why: "DuckDB's microseconds are those of the minute.",
  },
  {
    name: 'interval_mean',
    internal: true,
    forms: [
      [
        'i, n',
        `to_months(CAST(pg_interval_months(i) // n AS INTEGER)) + to_days(CAST(datepart('day', i) // n + trunc(${MONTH_DAYS}) AS INTEGER)) + ` +
          `to_microseconds(CAST(round_even(pg_interval_micros(i) / CAST(n AS DOUBLE) + ${DAY_SECONDS} * 1000000, 0) AS BIGINT))`,
      ],
    ],
    why: 'With integer division, DuckDB divides no intervals.',
  },
];
