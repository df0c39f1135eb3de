import { type TimeZone, toInstant } from '../../core/time-zone.ts';
import { DriverError } from '../../core/errors.ts';
import { INFINITE_MICROS, toDays } from './text-format.ts';

/** The elements of a one-dimensional array, `{a,"b c",NULL}`; undefined if the string is not one. */
export function parseArrayLiteral(literal: string): (string | null)[] | undefined {
  const items = parseArray(literal);
  return items === undefined || items.some((item) => typeof item === 'object' && item !== null)
    ? undefined
    : items.filter((item) => item === null || typeof item === 'string');
}

/** An element of an array: a value in text format, or NULL, or an array. */
export type ArrayElement = string | null | readonly ArrayElement[];

const ELEMENT = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]*[^",{}\\\s])|(?=\{))\s*/sy;
const SEPARATOR = /\s*([,}])\s*/y;

/** The elements of an array with any number of dimensions; undefined if the string is not one. */
export function parseArray(literal: string): ArrayElement[] | undefined {
  const text = literal.trim();
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const array = (): ArrayElement[] | undefined => {
    at += 1;
    const items: ArrayElement[] = [];
    if (match(/\s*\}/y) !== null) return items;
    for (;;) {
      const found = match(ELEMENT);
      if (found === null) return undefined;
      const [, quoted, plain] = found;
      if (quoted !== undefined) items.push(quoted.replace(/\\(.)/gs, '$1'));
      else if (plain !== undefined) items.push(plain.toLowerCase() === 'null' ? null : plain);
      else {
        const inner = array();
        if (inner === undefined) return undefined;
        items.push(inner);
      }
      const separator = match(SEPARATOR)?.[1];
      if (separator === undefined) return undefined;
      if (separator === '}') return items;
    }
  };
  const items = text.startsWith('{') ? array() : undefined;
  return at === text.length ? items : undefined;
}

/** PostgreSQL's failure for a string that is not a value of a type. */
export function invalidInput(type: string, text: string): DriverError {
  return new DriverError('SQL_BAD_VALUE', `invalid input syntax for type ${type}: "${text}"`);
}

const BOOLEANS: readonly (readonly [string, boolean])[] = [
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
  ['1', true],
  ['0', false],
];

/** Without the white space that PostgreSQL skips around values, which is ASCII's alone. */
function trimSpace(text: string): string {
  return text.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');
}

/** Any unambiguous prefix of true, false, yes, no, on and off, in any case. */
export function parseBoolean(text: string): boolean {
  const word = trimSpace(text).toLowerCase();
  const matches = word === '' || word === 'o' ? [] : BOOLEANS.filter(([name]) => name.startsWith(word));
  const [first] = matches;
  if (first === undefined) throw invalidInput('boolean', text);
  return first[1];
}

/** The digits of an integer within a range. Whatever follows digits that are out of range is not looked at. */
export function parseInteger(text: string, type: string, min: bigint, max: bigint): bigint {
  const [, digits = '', rest = ''] = /^[ \t-\r]*([-+]?\d+)(.*)$/s.exec(text) ?? [];
  if (digits === '') throw invalidInput(type, text);
  const value = BigInt(digits.replace(/^\+/, ''));
  if (value < min || value > max)
    throw new DriverError('SQL_NUMERIC_RANGE', `value "${text}" is out of range for type ${type}`);
  if (trimSpace(rest) !== '') throw invalidInput(type, text);
  return value;
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const SPECIAL_NUMBERS: ReadonlyMap<string, string> = new Map([
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['infinity', 'Infinity'],
  ['+inf', 'Infinity'],
  ['+infinity', 'Infinity'],
  ['-inf', '-Infinity'],
  ['-infinity', '-Infinity'],
]);

/** The digits of a number, or `NaN`, `Infinity`, `-Infinity`. */
export function parseNumber(text: string, type: string): string {
  const digits = trimSpace(text);
  const special = SPECIAL_NUMBERS.get(digits.toLowerCase());
  if (special !== undefined) return special;
  if (NUMBER.test(digits)) return digits.replace(/^\+/, '').replace(/^(-?)\./, '$10.');
  const hexadecimal = type === 'numeric' ? undefined : parseHexadecimal(digits);
  if (hexadecimal === undefined) throw invalidInput(type, text);
  return String(hexadecimal);
}

/** The notation of C, as in `0x1F` and `0x1.8p3`. */
function parseHexadecimal(digits: string): number | undefined {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([-+]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([-+]?\d{1,5}))?$/i.exec(digits) ?? [];
  if (whole + fraction === '') return undefined;
  const value = Number(`0x${whole}${fraction}`) * 2 ** (Number(power) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** Bytes from the hexadecimal format (`\x00ff`) or the escape format (`a\\b\000`). */
export function parseBytea(text: string): Uint8Array {
  if (text.startsWith('\\x')) return parseHexadecimalBytes(text.slice(2));
  if (/\\(?!\\|[0-3][0-7]{2})/.test(text.replaceAll('\\\\', ''))) throw invalidInput('bytea', text);
  const parts = text.split(/(\\\\|\\[0-3][0-7]{2})/).map((part, i) => {
    if (i % 2 === 0) return Buffer.from(part);
    return part === '\\\\' ? Buffer.from('\\') : Buffer.of(Number.parseInt(part.slice(1), 8));
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** Pairs of hexadecimal digits with white space between the pairs. */
function parseHexadecimalBytes(text: string): Uint8Array {
  if (/^(?:[\da-f]{2})*$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  const pairs = text.match(/[^ \n\t\r]{1,2}|[ \n\t\r]+/gs) ?? [];
  return new Uint8Array(
    pairs.flatMap((pair) => {
      if (/^[ \n\t\r]/.test(pair)) return [];
      const wrong = /[^\da-f]/iu.exec(pair)?.[0];
      if (wrong !== undefined)
        throw new DriverError('SQL_BAD_ARGUMENT', `invalid hexadecimal digit: "${wrong}"`);
      if (pair.length === 1)
        throw new DriverError('SQL_BAD_ARGUMENT', 'invalid hexadecimal data: odd number of digits');
      return [Number.parseInt(pair, 16)];
    }),
  );
}

/** The digits of a UUID in PostgreSQL's spelling. Hyphens may follow any group of four digits. */
export function parseUuid(text: string): string {
  const digits = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  if (!/^(?:[\da-f]{4}-?){7}[\da-f]{4}$/i.test(digits)) throw invalidInput('uuid', text);
  return digits
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const DATE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?/;
const OFFSET = /^(?:Z|([-+])(\d{2}):?(\d{2})?(?::?(\d{2}))?)$/i;

/** The parts of a date or a timestamp in ISO 8601 or in PostgreSQL's output format. */
interface ParsedTimestamp {
  /** Days since 1970. */
  readonly days: number;
  /** Microseconds of the day. */
  readonly micros: bigint;
  /** Seconds east of UTC; undefined if the string has no offset. */
  readonly offset: number | undefined;
}

/** A date by its days since 1970. */
export function parseDate(text: string): number | 'infinity' | '-infinity' {
  const special = parseInfinity(text);
  return special ?? parseDateTime(text, 'date').days;
}

/** Whether a timestamp names its distance from UTC. */
export function hasOffset(text: string): boolean {
  return parseDateTime(text, 'timestamp with time zone').offset !== undefined;
}

/** A timestamp by its microseconds since 1970. One with time zone that has no offset is in `zone`. */
export function parseTimestamp(
  text: string,
  type: 'timestamp without time zone' | 'timestamp with time zone',
  zone?: TimeZone,
): bigint {
  const special = parseInfinity(text);
  if (special !== undefined) return special === 'infinity' ? INFINITE_MICROS : -INFINITE_MICROS;
  const { days, micros, offset } = parseDateTime(text, type.replace(/ without time zone$/, ''));
  const local = BigInt(days) * 86_400_000_000n + micros;
  if (type === 'timestamp without time zone') return local;
  return offset === undefined ? toInstant(zone, local) : local - BigInt(offset) * 1_000_000n;
}

/** A time of day by its microseconds, and its seconds east of UTC. */
export function parseTime(
  text: string,
  type: string,
): { readonly micros: bigint; readonly offset: number | undefined } {
  const trimmed = text.trim();
  const clock = parseClock(trimmed);
  if (clock === undefined) throw invalidInput(type, text);
  const rest = trimmed.slice(clock.length).trim();
  const offset = rest === '' ? undefined : parseOffset(rest);
  if (rest !== '' && offset === undefined) throw invalidInput(type, text);
  return { micros: clock.micros, offset };
}

function parseInfinity(text: string): 'infinity' | '-infinity' | undefined {
  const word = text.trim().toLowerCase();
  return word === 'infinity' || word === '-infinity' ? word : undefined;
}

function parseDateTime(text: string, type: string): ParsedTimestamp {
  const invalid = (): DriverError => new DriverError('SQL_BAD_DATETIME', invalidInput(type, text).message);
  const outOfRange = (): DriverError =>
    new DriverError('SQL_DATETIME_RANGE', `date/time field value out of range: "${text}"`);
  let rest = trimSpace(text);
  const isBefore = / BC$/i.test(rest);
  if (isBefore) rest = rest.slice(0, -3).trimEnd();
  const date = DATE.exec(rest);
  if (date === null) throw invalid();
  const [all = '', y = '', m = '', d = ''] = date;
  const [year, month, day] = [isBefore ? 1 - Number(y) : Number(y), Number(m), Number(d)];
  const days = toDays(year, month, day);
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    days >= toDays(month === 12 ? year + 1 : year, (month % 12) + 1, 1)
  )
    throw outOfRange();
  rest = rest.slice(all.length);
  if (rest === '') return { days, micros: 0n, offset: undefined };
  if (!/^[T ]/i.test(rest)) throw invalid();
  rest = rest.slice(1).trimStart();
  const clock = parseClock(rest);
  if (clock === undefined) throw invalid();
  rest = rest.slice(clock.length).trim();
  const offset = rest === '' ? undefined : parseOffset(rest);
  if (rest !== '' && offset === undefined) throw invalid();
  return { days, micros: clock.micros, offset };
}

/** The time of day that a string begins with, and its length there. Throws SQL_DATETIME_RANGE. */
function parseClock(text: string): { readonly micros: bigint; readonly length: number } | undefined {
  const found = CLOCK.exec(text);
  if (found === null) return undefined;
  const [all, h = '', m = '', s = '0', f = ''] = found;
  const seconds = BigInt(Number(h) * 3600 + Number(m) * 60 + Number(s));
  const fraction = BigInt(Math.round(Number(`0.${f || '0'}`) * 1e6));
  const micros = seconds * 1_000_000n + fraction;
  if (Number(m) > 59 || Number(s) > 60 || micros > 86_400_000_000n)
    throw new DriverError('SQL_DATETIME_RANGE', `date/time field value out of range: "${text}"`);
  return { micros, length: all.length };
}

function parseOffset(text: string): number | undefined {
  const found = OFFSET.exec(text);
  if (found === null) return undefined;
  const [, sign = '+', h = '0', m = '0', s = '0'] = found;
  const size = Number(h) * 3600 + Number(m) * 60 + Number(s);
  // PostgreSQL's offsets end at 15:59:59.
  if (size >= 16 * 3600) return undefined;
  return sign === '-' ? -size : size;
}

/** The parts of an interval, kept apart because a month has no fixed number of days. */
export interface ParsedInterval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

type IntervalUnit = readonly [part: 'months' | 'days' | 'micros', factor: number];

const UNITS: ReadonlyMap<string, IntervalUnit> = new Map<string, IntervalUnit>([
  ['year', ['months', 12]],
  ['mon', ['months', 1]],
  ['month', ['months', 1]],
  ['week', ['days', 7]],
  ['day', ['days', 1]],
  ['hour', ['micros', 3_600_000_000]],
  ['minute', ['micros', 60_000_000]],
  ['min', ['micros', 60_000_000]],
  ['second', ['micros', 1_000_000]],
  ['sec', ['micros', 1_000_000]],
]);

const INTERVAL_PART =
  /\s*(?:([-+]?)(\d+):(\d{2})(?::(\d{2}(?:\.\d+)?))?|([-+]?\d+(?:\.\d+)?)\s*([a-z]+))\s*/iy;

/** An interval in PostgreSQL's style: `1 year 2 mons -3 days +04:05:06`. */
export function parseInterval(text: string): ParsedInterval {
  const invalid = (): DriverError =>
    new DriverError('SQL_BAD_DATETIME', invalidInput('interval', text).message);
  let [months, days, micros, at] = [0, 0, 0n, 0];
  while (at < text.length) {
    INTERVAL_PART.lastIndex = at;
    const found = INTERVAL_PART.exec(text);
    if (found === null) throw invalid();
    at = INTERVAL_PART.lastIndex;
    const [, sign, hours, minutes, seconds = '0', count, unit = ''] = found;
    if (hours !== undefined) {
      const size =
        (BigInt(hours) * 3600n + BigInt(minutes ?? 0) * 60n) * 1_000_000n +
        BigInt(Math.round(Number(seconds) * 1e6));
      micros += sign === '-' ? -size : size;
      continue;
    }
    const [part, factor = 0] = UNITS.get(unit.toLowerCase().replace(/(?<=..)s$/, '')) ?? [];
    const value = Number(count);
    if (part === undefined || (part !== 'micros' && !Number.isInteger(value))) throw invalid();
    if (part === 'months') months += value * factor;
    else if (part === 'days') days += value * factor;
    else micros += BigInt(Math.round(value * factor));
  }
  if (text.trim() === '') throw invalid();
  return { months, days, micros };
}
