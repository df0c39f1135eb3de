import { formatOffset, formatTimestamp, INFINITE_MICROS } from './text-format.ts';
import { findOffset, type TimeZone } from '../../core/time-zone.ts';

/** A timestamp with time zone in the session's time zone, by its microseconds since 1970: `2026-03-05 11:00:00+01`. */
export function formatInstant(micros: bigint, zone: TimeZone): string {
  const isInfinite = micros >= INFINITE_MICROS || micros <= -INFINITE_MICROS;
  if (zone === undefined || isInfinite) return formatTimestamp(micros, '+00');
  const offset = findOffset(zone, micros);
  return formatTimestamp(micros + BigInt(offset) * 1_000_000n, formatOffset(offset));
}
