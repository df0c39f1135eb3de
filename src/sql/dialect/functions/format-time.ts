import {
  type DateTimeFields,
  toDayNumber,
  getDayOfYear,
  getIsoWeek,
  parseDateTimeFields,
  getWeekday,
} from './date-time-fields.ts';
import { MONTHS } from '../../types/month-names.ts';
import { DAYS, type PatternPiece, readPattern } from './pattern.ts';
import { raise } from './raise.ts';

/** to_char of a date, a timestamp (in the session's time zone if it has one) or an interval, passed as DuckDB's text. */
export function formatTimeByPattern(text: string, type: string, pattern: string): string | null {
  const clock = parseDateTimeFields(text);
  if (clock === undefined || pattern === '') return null;
  const zoned = type === 'TIMESTAMP WITH TIME ZONE' || type === 'DATE';
  return readPattern(pattern)
    .map((piece) => (piece.kind === 'text' ? piece.text : formatField(piece, clock, zoned)))
    .join('');
}

type Field = Extract<PatternPiece, { kind: 'field' }>;

const ROMAN = 'I II III IV V VI VII VIII IX X XI XII'.split(' ');
const CALENDAR: ReadonlySet<string> = new Set('MONTH MON RM DAY DY D ID IDDD IYYY IYY IY I IW'.split(' '));

/** FM does not change them. */
const FRACTIONS = /^(?:MS|US|FF\d)$/;

function formatField(piece: Field, clock: DateTimeFields, zoned: boolean): string {
  if (clock.isInterval && CALENDAR.has(piece.field))
    return raise(
      'SQL_BAD_DATETIME',
      `invalid format specification for an interval value: "${piece.spelling}"`,
    );
  const text = formatTextField(piece, clock, zoned);
  if (text !== undefined) return text;
  const [value, width] = getNumberField(piece.field, clock);
  const digits =
    piece.fill || FRACTIONS.test(piece.field)
      ? String(Math.abs(value)).padStart(width, '0')
      : String(Math.abs(value));
  const printed = `${value < 0 ? '-' : ''}${digits}`;
  if (piece.field === 'Y,YYY') return appendOrdinal(piece, printed.replace(/(\d{3})$/, ',$1'), value);
  return appendOrdinal(piece, printed, value);
}

function appendOrdinal({ ordinal: suffix }: Field, printed: string, value: number): string {
  if (suffix === undefined) return printed;
  const last = Math.abs(value) % 100;
  const word = last > 10 && last < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][last % 10] ?? 'th');
  return printed + (suffix === 'TH' ? word.toUpperCase() : word);
}

function formatTextField(piece: Field, clock: DateTimeFields, zoned: boolean): string | undefined {
  const { spelling } = piece;
  switch (piece.field) {
    case 'MONTH':
      return formatName(MONTHS[clock.month - 1] ?? '', piece, 9);
    case 'MON':
      return formatName((MONTHS[clock.month - 1] ?? '').slice(0, 3), piece, 3);
    case 'DAY':
      return formatName(DAYS[getWeekday(clock)] ?? '', piece, 9);
    case 'DY':
      return formatName((DAYS[getWeekday(clock)] ?? '').slice(0, 3), piece, 3);
    case 'RM':
      return formatName(
        ROMAN[clock.month - 1] ?? '',
        { ...piece, spelling: spelling === 'rm' ? 'rm' : 'RM' },
        4,
      );
    case 'AM':
    case 'PM':
    case 'A.M.':
    case 'P.M.':
      return copySpelling(clock.hour % 24 >= 12 ? 'p' : 'a', 'm', spelling);
    case 'AD':
    case 'BC':
    case 'A.D.':
    case 'B.C.':
      return clock.year > 0 ? copySpelling('a', 'd', spelling) : copySpelling('b', 'c', spelling);
    case 'TZ':
      if (!zoned) return '';
      // Abbreviations such as CET are not known.
      if (clock.offset !== undefined && clock.offset !== '+00') return clock.offset;
      return spelling === 'tz' ? 'utc' : 'UTC';
    case 'TZH':
      return clock.offset?.slice(0, 3) ?? '+00';
    case 'TZM':
      return clock.offset?.slice(4, 6).padStart(2, '0') ?? '00';
    case 'OF':
      return clock.offset ?? '+00';
    default:
      return undefined;
  }
}

/** Spells two letters as the field does: `A.M.`, `am` and so on. */
function copySpelling(first: string, second: string, spelling: string): string {
  const text = spelling.includes('.') ? `${first}.${second}.` : `${first}${second}`;
  return spelling === spelling.toLowerCase() ? text : text.toUpperCase();
}

/** A name in the case of the field: MONTH, Month, month. */
function formatName(name: string, { spelling, fill }: Field, width: number): string {
  const cased =
    spelling === spelling.toUpperCase()
      ? name.toUpperCase()
      : spelling === spelling.toLowerCase()
        ? name.toLowerCase()
        : name;
  return fill ? cased.padEnd(width) : cased;
}

/** A numeric field and its width. */
function getNumberField(name: string, clock: DateTimeFields): readonly [value: number, width: number] {
  const year = clock.isInterval ? clock.year : clock.year > 0 ? clock.year : 1 - clock.year;
  const seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second;
  switch (name) {
    case 'YYYY':
    case 'Y,YYY':
      return [year, 4];
    case 'YYY':
      return [year % 1000, 3];
    case 'YY':
      return [year % 100, 2];
    case 'Y':
      return [year % 10, 1];
    case 'IYYY':
      return [getIsoWeek(clock).year, 4];
    case 'IYY':
      return [getIsoWeek(clock).year % 1000, 3];
    case 'IY':
      return [getIsoWeek(clock).year % 100, 2];
    case 'I':
      return [getIsoWeek(clock).year % 10, 1];
    case 'Q':
      return [Math.ceil(clock.month / 3), 1];
    case 'MM':
      return [clock.month, 2];
    case 'IW':
      return [getIsoWeek(clock).week, 2];
    case 'WW':
      return [Math.ceil(getDayOfYear(clock) / 7), 2];
    case 'W':
      return [Math.ceil(clock.day / 7), 1];
    case 'DDD':
      return [getDayOfYear(clock), 3];
    case 'IDDD':
      return [getIsoWeek(clock).day, 3];
    case 'DD':
      return [clock.day, 2];
    case 'D':
      return [getWeekday(clock) + 1, 1];
    case 'ID':
      return [getWeekday(clock) === 0 ? 7 : getWeekday(clock), 1];
    case 'J':
      return [toDayNumber(clock.year, clock.month, clock.day) + 2_440_588, 0];
    case 'HH24':
      return [clock.hour, 2];
    case 'HH12':
    case 'HH':
      return [clock.hour % 12 === 0 ? 12 : clock.hour % 12, 2];
    case 'MI':
      return [clock.minute, 2];
    case 'SS':
      return [clock.second, 2];
    case 'MS':
    case 'FF3':
      return [Math.trunc(clock.micros / 1000), 3];
    case 'US':
    case 'FF6':
      return [clock.micros, 6];
    case 'SSSS':
    case 'SSSSS':
      return [seconds, 0];
    case 'CC':
      return [Math.ceil(year / 100), 2];
    default: {
      const digits = Number(name.slice(2));
      return [Math.trunc(clock.micros / 10 ** (6 - digits)), digits];
    }
  }
}
