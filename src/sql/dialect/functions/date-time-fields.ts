/** The fields of a date, a time, a timestamp or an interval. */
export interface DateTimeFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Of a timestamp with time zone: `+01`, `+05:30`. */
  readonly offset?: string | undefined;
  /** An interval has no weekday and no era. */
  readonly isInterval: boolean;
}

const POINT =
  /^(-?\d+)-(\d\d)-(\d\d)( \(BC\))?(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?([-+]\d\d(?::\d\d)*)?( \(BC\)| BC)?$/;
const TIME = /(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/;

/** Parses DuckDB's text of a DATE, a TIMESTAMP, a TIME or an INTERVAL. Returns undefined for infinity. */
export function parseDateTimeFields(text: string): DateTimeFields | undefined {
  const point = POINT.exec(text);
  if (point !== null) {
    const [, years, months, days, era, hours, minutes, seconds, fraction, offset, lateEra] = point;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [
      years,
      months,
      days,
      hours,
      minutes,
      seconds,
    ].map((part) => Number(part ?? 0));
    return {
      year: era === undefined && lateEra === undefined ? year : 1 - year,
      month,
      day,
      hour,
      minute,
      second,
      micros: toMicros(fraction),
      offset,
      isInterval: false,
    };
  }
  if (/infinity/.test(text)) return undefined;
  const time = TIME.exec(text);
  const sign = time?.[1] === '-' ? -1 : 1;
  const unit = (name: string): number => Number(new RegExp(`(-?\\d+) ${name}`).exec(text)?.[1] ?? 0);
  return {
    year: unit('year'),
    month: unit('month'),
    day: unit('day'),
    hour: sign * Number(time?.[2] ?? 0),
    minute: sign * Number(time?.[3] ?? 0),
    second: sign * Number(time?.[4] ?? 0),
    micros: sign * toMicros(time?.[5]),
    isInterval: true,
  };
}

function toMicros(fraction: string | undefined): number {
  return Number((fraction ?? '').padEnd(6, '0').slice(0, 6));
}

const DAY_MS = 86_400_000;

/** The number of days since 1970-01-01. */
export function toDayNumber(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / DAY_MS);
}

/** Sunday is 0. */
export function getWeekday({ year, month, day }: DateTimeFields): number {
  return (((toDayNumber(year, month, day) + 4) % 7) + 7) % 7;
}

export function getDayOfYear({ year, month, day }: DateTimeFields): number {
  return toDayNumber(year, month, day) - toDayNumber(year, 1, 1) + 1;
}

/** The ISO 8601 week: its year, its number, and the day of that year. */
export function getIsoWeek(clock: DateTimeFields): {
  readonly year: number;
  readonly week: number;
  readonly day: number;
} {
  const today = toDayNumber(clock.year, clock.month, clock.day);
  const thursday = today - ((getWeekday(clock) + 6) % 7) + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const first = getFirstMonday(year);
  return { year, week: Math.floor((today - first) / 7) + 1, day: today - first + 1 };
}

/** The Monday of the first ISO 8601 week, as days since 1970-01-01. */
export function getFirstMonday(year: number): number {
  const fourth = toDayNumber(year, 1, 4);
  return fourth - ((((fourth + 3) % 7) + 7) % 7);
}
