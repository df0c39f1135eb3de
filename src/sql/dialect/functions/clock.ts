/** A point in time or an interval by its fields, as DuckDB prints it. */
export interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Whether it is an interval, which has no weekday and no era. */
  readonly span: boolean;
}

const POINT =
  /^(-?\d+)-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?:[-+]\d\d(?::\d\d)*)?( \(BC\)| BC)?$/;
const TIME = /(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/;

/** Reads what DuckDB prints for a DATE, a TIMESTAMP, a TIME or an INTERVAL; undefined for infinity. */
export function readClock(text: string): Clock | undefined {
  const point = POINT.exec(text);
  if (point !== null) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = point
      .slice(1, 7)
      .map((part) => Number(part ?? 0));
    return {
      year: point[8] === undefined ? year : 1 - year,
      month,
      day,
      hour,
      minute,
      second,
      micros: micros(point[7]),
      span: false,
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
    micros: sign * micros(time?.[5]),
    span: true,
  };
}

function micros(fraction: string | undefined): number {
  return Number((fraction ?? '').padEnd(6, '0').slice(0, 6));
}

const DAY_MS = 86_400_000;

/** The day of a calendar, as days since 1970. */
export function dayNumber(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / DAY_MS);
}

/** Sunday is 0. */
export function weekday({ year, month, day }: Clock): number {
  return (((dayNumber(year, month, day) + 4) % 7) + 7) % 7;
}

export function dayOfYear({ year, month, day }: Clock): number {
  return dayNumber(year, month, day) - dayNumber(year, 1, 1) + 1;
}

/** ISO 8601's year, week and day of that year. */
export function isoWeek(clock: Clock): {
  readonly year: number;
  readonly week: number;
  readonly day: number;
} {
  const today = dayNumber(clock.year, clock.month, clock.day);
  const thursday = today - ((weekday(clock) + 6) % 7) + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const first = firstMonday(year);
  return { year, week: Math.floor((today - first) / 7) + 1, day: today - first + 1 };
}

/** The Monday of ISO 8601's first week, as days since 1970. */
export function firstMonday(year: number): number {
  const fourth = dayNumber(year, 1, 4);
  return fourth - ((((fourth + 3) % 7) + 7) % 7);
}
