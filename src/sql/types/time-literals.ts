import { MONTHS } from './month-names.ts';

const MONTH = '([a-z]{3,9})';
const DAY_FIRST = new RegExp(`^(\\d{1,2})[- ]${MONTH}[- ,] ?(\\d{4})(?= |$)`, 'i');
const MONTH_FIRST = new RegExp(`^${MONTH}[- ](\\d{1,2})(?:,? |-)(\\d{4})(?= |$)`, 'i');
const YEAR_FIRST = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?=$|[ T])/i;
/** The order of DateStyle's MDY. */
const SLASHES = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?=$|[ T])/i;
const COMPACT_CLOCK = /^(\d{4}-\d\d-\d\d[T ])(\d\d)(\d\d)(\d\d)?(?=[.Z+-]|$)/i;
const HALF_DAY = /([ T])(\d{1,2})(:\d\d(?::[\d.]+)?) ?([ap])m(?=$| )/i;
/** PostgreSQL's abbreviations of time zones; to DuckDB some are places, with their daylight saving time. */
export const ZONE_OFFSETS: ReadonlyMap<string, string> = new Map(
  (
    'utc=Z gmt=Z ut=Z zulu=Z wet=+00 west=+01 bst=+01 cet=+01 cest=+02 met=+01 eet=+02 eest=+03 msk=+03 jst=+09 kst=+09 ' +
    'est=-05 edt=-04 cst=-06 cdt=-05 mst=-07 mdt=-06 pst=-08 pdt=-07'
  )
    .split(' ')
    .map((each) => {
      const [zone = '', offset = ''] = each.split('=');
      return [zone, offset] as const;
    }),
);
const ISO_DURATION =
  /^(-)?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/i;
const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];

/**
 * Converts a date or timestamp into a form that DuckDB parses: `20260305`, `05-Mar-2026` and `March 5, 2026` become
 * `2026-03-05`, `10:00 PM` becomes `22:00`, and seconds are added to a time with a time zone but without seconds.
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
    .replace(YEAR_FIRST, '$1-$2-$3')
    .replace(SLASHES, '$3-$1-$2')
    .replace(
      COMPACT_CLOCK,
      (_, date: string, hours: string, minutes: string, seconds = '00') =>
        `${date}${hours}:${minutes}:${seconds}`,
    )
    .replace(HALF_DAY, (found: string, space: string, hours: string, rest: string, half: string) =>
      Number(hours) < 1 || Number(hours) > 12
        ? found
        : `${space}${String((Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)).padStart(2, '0')}${rest}`,
    )
    .replace(
      /(?<=\d) ?([a-z]{2,5})$/i,
      (found: string, zone: string) => ZONE_OFFSETS.get(zone.toLowerCase()) ?? found,
    )
    .replace(/^(\d{4}-\d\d-\d\d) ?(?=z$|\+\d)/i, '$1 00:00:00')
    .replace(/(:\d\d(?:\.\d+)?) ?([-+])(\d)(?=:|$)/, '$1$20$3')
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
