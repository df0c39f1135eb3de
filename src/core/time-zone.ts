/** A session's time zone, by its name in the IANA database; undefined: UTC. */
export type TimeZone = string | undefined;

const SECOND = 1_000_000n;
const HOUR = 3600;
const DAY = 86_400n * SECOND;
/** Every change of a zone's offset since 1900 was at a quarter of an hour of UTC, or was seen one quarter late. */
const QUARTER = 900;
/** Offsets that are kept for each zone. */
const MAX_OFFSETS = 4096;

const UTC = 'UTC';

/** The name of a session's time zone. */
export function formatTimeZone(zone: TimeZone): string {
  return zone ?? UTC;
}

/** The time zone of a name that `resolveTimeZone` has found. */
export function toTimeZone(name: string): TimeZone {
  return name === UTC ? undefined : name;
}

const UTC_NAMES: ReadonlySet<string> = new Set(
  'utc etc/utc gmt etc/gmt uct etc/uct universal etc/universal zulu etc/zulu z gmt0 etc/gmt0 greenwich etc/greenwich'.split(
    ' ',
  ),
);

/** A whole number of hours east of UTC. */
const HOURS = /^[-+]?\d{1,2}(?:\.0+)?$/;

/**
 * The usual spelling of a time zone's name, or the name of a number of hours east of UTC. Undefined if there is no such
 * zone.
 */
export function resolveTimeZone(name: string): string | undefined {
  const trimmed = name.trim();
  if (UTC_NAMES.has(trimmed.toLowerCase())) return UTC;
  if (HOURS.test(trimmed)) return resolveHours(Number(trimmed));
  // The other forms that Intl takes, as +02:00, are none of DuckDB's.
  if (!/^[a-z]/i.test(trimmed)) return undefined;
  try {
    createFields(trimmed);
  } catch {
    return undefined;
  }
  const lower = trimmed.toLowerCase();
  return Intl.supportedValuesOf('timeZone').find((each) => each.toLowerCase() === lower) ?? toCase(trimmed);
}

/** The names of fixed offsets count west of Greenwich. */
function resolveHours(hours: number): string | undefined {
  if (hours === 0) return UTC;
  return hours < -12 || hours > 14 ? undefined : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
}

/** An older name, such as Asia/Kolkata or US/Eastern, in its usual case, which is kept where it has one. */
function toCase(name: string): string {
  if (name !== name.toLowerCase() && name !== name.toUpperCase()) return name;
  // EST5EDT, CET and PRC, but Japan.
  if (/^(?!cuba$|eire$|iran$)(?:[a-z]{2,4}|[a-z]+\d[a-z]+)$/i.test(name)) return name.toUpperCase();
  return name
    .toLowerCase()
    .replace(/(?<=^|[/_-])[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/^Us\/|Gmt(?=[-+])/, (part) => part.toUpperCase());
}

interface ZoneClock {
  readonly fields: Intl.DateTimeFormat;
  /** By quarter of an hour since 1970. */
  readonly offsets: Map<number, number>;
}

const clocks = new Map<string, ZoneClock>();

function createFields(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function findClock(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made: ZoneClock = { fields: createFields(zone), offsets: new Map() };
  clocks.set(zone, made);
  return made;
}

/** The seconds by which a zone is east of UTC at an instant in microseconds since 1970. */
export function findOffset(zone: TimeZone, micros: bigint): number {
  if (zone === undefined) return 0;
  const { fields, offsets } = findClock(zone);
  const quarter = Number(
    (micros - (((micros % QUARTER_MICROS) + QUARTER_MICROS) % QUARTER_MICROS)) / QUARTER_MICROS,
  );
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const offset = readOffset(fields, quarter * QUARTER);
  if (offsets.size >= MAX_OFFSETS) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

const QUARTER_MICROS = BigInt(QUARTER) * SECOND;
/** What Date can hold, less a day. */
const MAX_SECONDS = 8.64e12 - 24 * HOUR;

function readOffset(fields: Intl.DateTimeFormat, seconds: number): number {
  const at = Math.max(-MAX_SECONDS, Math.min(MAX_SECONDS, seconds));
  const found = new Map(fields.formatToParts(new Date(at * 1000)).map(({ type, value }) => [type, value]));
  const read = (type: Intl.DateTimeFormatPartTypes): number => Number(found.get(type));
  const year = found.get('era') === 'BC' ? 1 - read('year') : read('year');
  const local = new Date(0);
  local.setUTCFullYear(year, read('month') - 1, read('day'));
  local.setUTCHours(read('hour'), read('minute'), read('second'));
  return local.getTime() / 1000 - at;
}

/** The local time of an instant, both in microseconds since 1970. */
export function toLocalTime(zone: TimeZone, micros: bigint): bigint {
  return zone === undefined ? micros : micros + BigInt(findOffset(zone, micros)) * SECOND;
}

/**
 * The instant of a local time. A time that the clocks skip counts from before the change, and one that occurs twice is
 * the later one, as in PostgreSQL.
 */
export function toInstant(zone: TimeZone, local: bigint): bigint {
  if (zone === undefined) return local;
  const [before, after] = [findOffset(zone, local - DAY), findOffset(zone, local + DAY)];
  const [early, late] = [local - BigInt(before) * SECOND, local - BigInt(after) * SECOND];
  if (before === after) return early;
  return findOffset(zone, late) === after ? late : early;
}
