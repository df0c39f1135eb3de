/**
 * How a column of dates or timestamps is stored. Text in ISO 8601 has one width, so that it sorts as the instants do; an epoch
 * is an integer number.
 */
export interface StoredTime {
  /** In ECMAScript's notation: `YYYY-MM-DDTHH:mm:ss.sssZ`, with `+02:00` for a fixed offset; or `epoch seconds`. */
  readonly pattern: string;
  readonly kind: 'timestamptz' | 'timestamp' | 'date';
  readonly attribute: 'S' | 'N';
  /** The distance between adjacent values, in microseconds. */
  readonly step: bigint;
  /** The microseconds since 1970 of a stored value, in UTC; undefined if it does not have this form. */
  readonly read: (stored: string) => bigint | undefined;
  /** The stored value of an instant; undefined if the form does not hold it exactly. */
  readonly write: (micros: bigint) => string | undefined;
  /** The first and the last instant that the form holds. */
  readonly first: bigint;
  readonly last: bigint;
  /** For text: the values of this form, except for days that a month does not have, as a regular expression of RE2. */
  readonly regex: string;
}

/** The default forms, which INSERT writes into the columns of CREATE TABLE. */
export const DEFAULT_STORED_TIME = {
  timestamptz: 'YYYY-MM-DDTHH:mm:ss.sssZ',
  timestamp: 'YYYY-MM-DDTHH:mm:ss.sss',
  date: 'YYYY-MM-DD',
} as const satisfies Record<StoredTime['kind'], string>;

/** The form that `timestamp(3)` declares: the default one with as many digits of a second's fraction. */
export function toStoredPattern(kind: 'timestamptz' | 'timestamp', digits: number): string {
  const fraction = digits === 0 ? '' : `.${'s'.repeat(digits)}`;
  return `YYYY-MM-DDTHH:mm:ss${fraction}${kind === 'timestamptz' ? 'Z' : ''}`;
}

/** The form of DynamoDB's TTL attributes. */
export const EPOCH_SECONDS = 'epoch seconds';

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;
const EPOCHS: ReadonlyMap<string, bigint> = new Map([
  [EPOCH_SECONDS, SECOND],
  ['epoch milliseconds', 1000n],
  ['epoch microseconds', 1n],
]);
const PATTERN = /^YYYY-MM-DD(?:([T ])HH:mm(?::ss(?:\.(s{1,6}))?)?(Z|[-+]\d\d(?::?\d\d)?)?)?$/;
const VALUE = /^\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(?::\d\d(?:\.(\d{1,6}))?)?(Z|[-+]\d\d(?::?\d\d)?)?)?$/;
const YEAR = String.raw`(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})`;
const CALENDAR = String.raw`${YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])`;
const CLOCK = { hours: '(?:[01][0-9]|2[0-3])', sixty: '[0-5][0-9]' } as const;

const known = new Map<string, StoredTime | undefined>();

/** The form that a pattern describes; undefined if it describes none. */
export function parseStoredTime(pattern: string): StoredTime | undefined {
  if (!known.has(pattern)) known.set(pattern, makeStoredTime(pattern));
  return known.get(pattern);
}

/** The form of a column's type. */
export function requireStoredTime(pattern: string): StoredTime {
  const form = parseStoredTime(pattern);
  if (form === undefined) throw new TypeError(`not a form of dates: ${pattern}`);
  return form;
}

/** The pattern of the form that a text has; undefined if it is not a date in ISO 8601. */
export function detectStoredTime(text: string): string | undefined {
  // Most strings end here.
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return undefined;
  const match = VALUE.exec(text);
  if (match === null) return undefined;
  const [, separator, fraction, zone = ''] = match;
  const clock = text.length - zone.length > 'YYYY-MM-DDTHH:mm'.length ? 'HH:mm:ss' : 'HH:mm';
  const pattern =
    separator === undefined
      ? 'YYYY-MM-DD'
      : `YYYY-MM-DD${separator}${clock}${fraction === undefined ? '' : `.${'s'.repeat(fraction.length)}`}${zone}`;
  return parseStoredTime(pattern)?.read(text) === undefined ? undefined : pattern;
}

const HYPHEN = 0x2d;

function makeStoredTime(pattern: string): StoredTime | undefined {
  const epoch = EPOCHS.get(pattern);
  if (epoch !== undefined) return makeEpoch(pattern, epoch);
  const match = PATTERN.exec(pattern);
  return match === null ? undefined : makeText(pattern, match[1], match[2]?.length ?? 0, match[3]);
}

/** The years that have four digits. */
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00.000Z')) * 1000n;
const LAST = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1000n + 999n;

function makeEpoch(pattern: string, step: bigint): StoredTime {
  return {
    pattern,
    kind: 'timestamptz',
    attribute: 'N',
    step,
    first: FIRST,
    last: LAST,
    regex: '-?[0-9]+',
    read(stored) {
      if (!/^-?\d{1,18}$/.test(stored)) return undefined;
      const micros = BigInt(stored) * step;
      return micros < FIRST || micros > LAST ? undefined : micros;
    },
    write: (micros) =>
      micros % step !== 0n || micros < FIRST || micros > LAST ? undefined : String(micros / step),
  };
}

function makeText(
  pattern: string,
  separator: string | undefined,
  digits: number,
  zone: string | undefined,
): StoredTime | undefined {
  const offset = parseOffset(zone);
  if (offset === undefined) return undefined;
  const hasSeconds = pattern.includes('ss');
  const step = separator === undefined ? DAY : hasSeconds ? 10n ** BigInt(6 - digits) : 60n * SECOND;
  const clock = `${CLOCK.hours}:${CLOCK.sixty}${hasSeconds ? `:${CLOCK.sixty}` : ''}${digits === 0 ? '' : `[.][0-9]{${digits}}`}`;
  const regex = `${CALENDAR}${separator === undefined ? '' : `${separator}${clock}`}${(zone ?? '').replace('+', '[+]')}`;
  const whole = new RegExp(`^(?:${regex})$`);
  const width = pattern.length - (zone?.length ?? 0);
  return {
    pattern,
    kind: separator === undefined ? 'date' : zone === undefined ? 'timestamp' : 'timestamptz',
    attribute: 'S',
    step,
    first: FIRST - offset,
    last: LAST - offset,
    regex,
    read(stored) {
      if (stored.length !== pattern.length || !whole.test(stored)) return undefined;
      const minutes = `${stored.slice(0, 10)}T${separator === undefined ? '00:00' : stored.slice(11, 16)}`;
      const millis = Date.parse(`${minutes}:${hasSeconds ? stored.slice(17, 19) : '00'}.000Z`);
      // February 30 is a day in March to some parsers.
      if (Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(minutes)) return undefined;
      const fraction = digits === 0 ? 0n : BigInt(stored.slice(20, width)) * step;
      return BigInt(millis) * 1000n + fraction - offset;
    },
    write(micros) {
      const local = micros + offset;
      if (local % step !== 0n || local < FIRST || local > LAST) return undefined;
      const fraction = ((local % SECOND) + SECOND) % SECOND;
      const iso = new Date(Number((local - fraction) / 1000n)).toISOString();
      const time = separator === undefined ? '' : `${separator}${iso.slice(11, hasSeconds ? 19 : 16)}`;
      const tail = digits === 0 ? '' : `.${String(fraction).padStart(6, '0').slice(0, digits)}`;
      return `${iso.slice(0, 10)}${time}${tail}${zone ?? ''}`;
    },
  };
}

/** The microseconds east of UTC, at most PostgreSQL's 15:59:59; undefined if there is no such offset. */
function parseOffset(zone: string | undefined): bigint | undefined {
  if (zone === undefined || zone === 'Z') return 0n;
  const [, sign, hours = '0', minutes = '0'] = /^([-+])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (sign === undefined || Number(hours) > 15 || Number(minutes) > 59) return undefined;
  const micros = (BigInt(hours) * 60n + BigInt(minutes)) * 60n * SECOND;
  return sign === '-' ? -micros : micros;
}
