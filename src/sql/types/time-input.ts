import type { TimeType } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { normalizeTimeLiteral } from './time-literals.ts';
import { formatDate, formatTimestamp } from './text-format.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { hasOffset, invalidInput, parseDate, parseTimestamp } from './text-input.ts';

const DAY_MICROS = 86_400_000_000n;

/**
 * The microseconds since 1970 of a date or timestamp in PostgreSQL's input syntax, in a time zone; undefined if it is none, infinite, or
 * relative as `today`.
 */
export function parseTimeInput(text: string, kind: TimeType['kind'], zone?: TimeZone): bigint | undefined {
  const normalized = normalizeTimeLiteral(text);
  if (/^-?infinity$/i.test(normalized)) return undefined;
  try {
    if (kind === 'date') {
      const days = parseDate(normalized);
      return typeof days === 'string' ? undefined : BigInt(days) * DAY_MICROS;
    }
    return parseTimestamp(
      normalized,
      kind === 'timestamptz' ? 'timestamp with time zone' : 'timestamp without time zone',
      zone,
    );
  } catch (error) {
    if (error instanceof DriverError) return undefined;
    throw error;
  }
}

const NAMES = {
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  date: 'date',
} as const satisfies Record<TimeType['kind'], string>;
/** `Europe/Zurich`, `PST`: DuckDB has the table of time zones. */
const NAMED_ZONE = /\d ?[A-Za-z]{3,}(?:\/[A-Za-z_]+)*$/;

/**
 * A date or timestamp in the syntax that DuckDB reads, from PostgreSQL's input syntax. Throws SQL_BAD_DATETIME or
 * SQL_DATETIME_RANGE with PostgreSQL's message.
 */
export function toEngineTime(text: string, kind: TimeType['kind']): string {
  const normalized = normalizeTimeLiteral(text);
  if (/^-?infinity$/i.test(normalized)) return normalized;
  if (normalized.toLowerCase() === 'epoch') return kind === 'date' ? '1970-01-01' : '1970-01-01 00:00:00+00';
  if (NAMED_ZONE.test(normalized) && !/ BC$/i.test(normalized))
    return normalized.replace(/([ T]\d{1,2}:\d\d)(?= ?[a-z])/i, '$1:00');
  try {
    const printed =
      kind === 'date'
        ? formatDate(Number(parseDate(normalized)))
        : // Without an offset it is in the time zone of DuckDB's connection.
          formatTimestamp(
            parseTimestamp(normalized, NAMES[kind]),
            kind === 'timestamptz' && hasOffset(normalized) ? '+00' : '',
          );
    // DuckDB writes the era after the date.
    return printed.replace(/^(\S+)(.*) BC$/, '$1 (BC)$2');
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw error.code === 'SQL_DATETIME_RANGE'
      ? new DriverError(error.code, `date/time field value out of range: "${text}"`)
      : new DriverError(
          'SQL_BAD_DATETIME',
          invalidInput(NAMES[kind].replace(/ without time zone$/, ''), text).message,
        );
  }
}
