/** Units of `date_trunc`, in UTC. */
export type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** In microseconds. */
export const DAY = 86_400_000_000n;

const LENGTHS: ReadonlyMap<string, bigint> = new Map<TimeUnit, bigint>([
  ['second', 1_000_000n],
  ['minute', 60_000_000n],
  ['hour', 3_600_000_000n],
  ['day', DAY],
  ['week', 7n * DAY],
]);
const MONTHS: ReadonlyMap<string, number> = new Map<TimeUnit, number>([
  ['month', 1],
  ['quarter', 3],
  ['year', 12],
]);
/** 1970 began on a Thursday, weeks begin on Monday. */
const FIRST_MONDAY = 4n * DAY;
/** Dates beyond this are infinite, or as good as. */
const MAX_MICROS = 8_000_000_000_000_000_000n;

export function isTimeUnit(unit: string): unit is TimeUnit {
  return LENGTHS.has(unit) || MONTHS.has(unit);
}

/** The start of the unit that contains an instant, both in microseconds since 1970. */
export function floorToUnit(unit: TimeUnit, micros: bigint): bigint {
  if (micros > MAX_MICROS || micros < -MAX_MICROS) return micros;
  const length = LENGTHS.get(unit);
  if (length !== undefined) {
    const origin = unit === 'week' ? FIRST_MONDAY : 0n;
    return micros - ((((micros - origin) % length) + length) % length);
  }
  const date = toDate(micros);
  const months = MONTHS.get(unit) ?? 1;
  const month = date.getUTCMonth();
  return startOfMonth(date.getUTCFullYear(), month - (month % months));
}

/** The start of the next unit, from the start of one. */
export function addUnit(unit: TimeUnit, start: bigint): bigint {
  if (start > MAX_MICROS || start < -MAX_MICROS) return start;
  const length = LENGTHS.get(unit);
  if (length !== undefined) return start + length;
  const date = toDate(start);
  return startOfMonth(date.getUTCFullYear(), date.getUTCMonth() + (MONTHS.get(unit) ?? 1));
}

/** Midnight of the first day of a month; months beyond December are in the next year. */
export function startOfMonth(year: number, month: number): bigint {
  return BigInt(new Date(0).setUTCFullYear(year, month, 1)) * 1000n;
}

function toDate(micros: bigint): Date {
  return new Date(Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n));
}
