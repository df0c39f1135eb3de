import { MONTHS } from './functions/pattern.ts';

const MONTH = '([a-z]{3,9})';
const DAY_FIRST = new RegExp(`^(\\d{1,2})[- ]${MONTH}[- ,] ?(\\d{4})(?= |$)`, 'i');
const MONTH_FIRST = new RegExp(`^${MONTH} (\\d{1,2}),? (\\d{4})(?= |$)`, 'i');
const ISO_DURATION =
  /^(-)?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/i;
const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];

/**
 * Converts a date or timestamp into a form that DuckDB parses: `20260305`, `05-Mar-2026` and `March 5, 2026` become
 * `2026-03-05`, and seconds are added to a time with a time zone but without seconds.
 */
export function normalizeTimeLiteral(text: string): string {
  return text
    .trim()
    .replace(/^(\d{4})(\d\d)(\d\d)(?=[ T]|$)/i, '$1-$2-$3')
    .replace(DAY_FIRST, (found: string, day: string, month: string, year: string) =>
      toIsoDate(year, month, day, found),
    )
    .replace(MONTH_FIRST, (found: string, month: string, day: string, year: string) =>
      toIsoDate(year, month, day, found),
    )
    .replace(
      /([ T]\d{1,2}:\d\d)(:[\d.]+)? ?(?=[-+]\d|z$)/i,
      (_, minutes: string, seconds = ':00') => minutes + seconds,
    );
}

/** Converts an interval into a form that DuckDB parses: ISO 8601's `P1DT2H` becomes `1 days 2 hours`. */
export function normalizeIntervalLiteral(text: string): string {
  const [, sign = '', ...counts] = ISO_DURATION.exec(text.trim()) ?? [];
  const parts = counts.flatMap((count: string | undefined, i) =>
    count === undefined ? [] : `${sign}${count} ${UNITS[i] ?? ''}`,
  );
  return parts.length === 0 ? text : parts.join(' ');
}

function toIsoDate(year: string, month: string, day: string, found: string): string {
  const word = month.toLowerCase();
  const at = MONTHS.findIndex((each) => [each, each.slice(0, 3)].some((name) => name.toLowerCase() === word));
  return at < 0 ? found : `${year}-${String(at + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}
