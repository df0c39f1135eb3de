import type { TimeType } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { normalizeTimeLiteral } from '../dialect/time-literals.ts';
import { parseDate, parseTimestamp } from './text-input.ts';

const DAY_MICROS = 86_400_000_000n;

/**
 * The microseconds since 1970 of a date or timestamp in PostgreSQL's input syntax; undefined if it is none, infinite, or
 * relative as `today`.
 */
export function parseTimeInput(text: string, kind: TimeType['kind']): bigint | undefined {
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
    );
  } catch (error) {
    if (error instanceof DriverError) return undefined;
    throw error;
  }
}
