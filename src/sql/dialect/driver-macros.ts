import type { Macro } from './macro.ts';

const TIME = (value: string): string => `CAST(${value} AS TIMESTAMP)`;
const WHY = 'Neither PostgreSQL nor DuckDB has it, but statements written for other drivers call it.';

/** Functions of other DynamoDB drivers and other databases that do not clash with PostgreSQL's. */
export const DRIVER_MACROS: readonly Macro[] = [
  {
    name: 'charindex',
    forms: [
      ['part, whole', 'strpos(whole, part)'],
      [
        'part, whole, start',
        'CASE WHEN strpos(substring(whole, greatest(start, 1)), part) = 0 THEN 0 ELSE strpos(substring(whole, greatest(start, 1)), part) + greatest(start, 1) - 1 END',
      ],
    ],
    why: WHY,
  },
  { name: 'locate', forms: [['part, whole', 'strpos(whole, part)']], why: WHY },
  { name: 'len', forms: [['x', 'length(x)']], why: WHY },
  { name: 'space', forms: [['n', "repeat(' ', n)"]], why: WHY },
  { name: 'replicate', forms: [['x, n', 'repeat(x, n)']], why: WHY },
  {
    name: 'stuff',
    forms: [
      [
        'x, start, n, part',
        'CASE WHEN start BETWEEN 1 AND length(x) AND n >= 0 THEN left(x, start - 1) || part || substring(x, start + n) END',
      ],
    ],
    why: WHY,
  },
  { name: 'isnull', forms: [['x, y', 'coalesce(x, y)']], why: WHY },
  { name: 'ifnull', forms: [['x, y', 'coalesce(x, y)']], why: WHY },
  { name: 'nvl', forms: [['x, y', 'coalesce(x, y)']], why: WHY },
  { name: 'square', forms: [['x', 'x * x']], why: WHY },
  { name: 'rand', forms: [['', 'random()']], why: WHY },
  { name: 'getdate', forms: [['', 'current_localtimestamp()']], why: WHY },
  { name: 'curdate', forms: [['', 'today()']], why: WHY },
  {
    name: 'dateadd',
    forms: [
      [
        'unit, n, t',
        `${TIME('t')} + CASE unit WHEN 'year' THEN to_years(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER)) WHEN 'month' THEN to_months(CAST(n AS INTEGER)) ` +
          "WHEN 'week' THEN to_days(CAST(7 * n AS INTEGER)) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'hour' THEN to_hours(n) WHEN 'minute' THEN to_minutes(n) " +
          "WHEN 'second' THEN to_seconds(n) WHEN 'millisecond' THEN to_milliseconds(n) END",
      ],
    ],
    why: WHY,
  },
  { name: 'datediff', forms: [['unit, a, b', `date_diff(unit, ${TIME('a')}, ${TIME('b')})`]], why: WHY },
  {
    name: 'datepart',
    forms: [
      [
        'unit, t',
        `CASE unit WHEN 'weekday' THEN date_part('dow', ${TIME('t')}) + 1 ELSE date_part(unit, ${TIME('t')}) END`,
      ],
    ],
    why: WHY,
  },
  {
    name: 'json_numbers',
    internal: true,
    forms: [['texts', 'CAST(texts AS DECIMAL(38, 10)[])']],
    why: 'json_sum, json_avg, json_min and json_max get the elements as text.',
  },
];
