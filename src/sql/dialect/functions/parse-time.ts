import { toDayNumber, getFirstMonday } from './date-time-fields.ts';
import { MONTHS } from '../../types/month-names.ts';
import { readPattern } from './pattern.ts';
import { raise } from './raise.ts';

const WIDTHS: ReadonlyMap<string, number> = new Map([
  ['YYYY', 4],
  ['IYYY', 4],
  ['YYY', 3],
  ['YY', 2],
  ['Y', 1],
  ['Q', 1],
  ['MM', 2],
  ['DDD', 3],
  ['DD', 2],
  ['IW', 2],
  ['ID', 1],
  ['D', 1],
  ['HH24', 2],
  ['HH12', 2],
  ['HH', 2],
  ['MI', 2],
  ['SS', 2],
  ['MS', 3],
  ['US', 6],
  ['FF1', 1],
  ['FF2', 2],
  ['FF3', 3],
  ['FF4', 4],
  ['FF5', 5],
  ['FF6', 6],
  ['SSSS', 5],
  ['SSSSS', 5],
  ['J', 7],
]);
const HALVES: ReadonlySet<string> = new Set(['AM', 'PM', 'A.M.', 'P.M.']);

/** to_timestamp and to_date: parses a string by a pattern, and returns the text of a timestamp in UTC. */
export function parseTimeByPattern(text: string, pattern: string): string {
  const pieces = readPattern(pattern);
  const fields = new Map<string, number>();
  let afternoon: boolean | undefined;
  let at = 0;
  const fail = (what: string): never =>
    raise('SQL_BAD_DATETIME', `invalid value "${text.slice(at, at + 10)}" for ${what} in "${text}"`);
  const take = (expression: RegExp, what: string): string => {
    const [match] = expression.exec(text.slice(at)) ?? fail(what);
    at += match.length;
    return match;
  };
  pieces.forEach((piece, i) => {
    if (piece.kind === 'text') {
      // A separator of the pattern matches any separator of the string, or none.
      if (/[\p{L}\p{N}]/u.test(piece.text)) at += piece.text.length;
      else at += /^[^\p{L}\p{N}+-]|^[+-](?!\d)|^-/u.exec(text.slice(at))?.[0].length ?? 0;
      return;
    }
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const { field } = piece;
    if (field === 'MONTH' || field === 'MON') {
      const word = take(/^\p{L}+/u, piece.spelling).toLowerCase();
      const month = MONTHS.findIndex(
        (name) => (field === 'MON' ? name.slice(0, 3) : name).toLowerCase() === word,
      );
      fields.set('MM', month < 0 ? fail(piece.spelling) : month + 1);
    } else if (field === 'DAY' || field === 'DY') take(/^\p{L}+/u, piece.spelling);
    else if (HALVES.has(field)) afternoon = /^p/i.test(take(/^[ap]\.?m\.?/i, piece.spelling));
    else {
      const width =
        WIDTHS.get(field) ??
        raise('SQL_NOT_SUPPORTED', `formatting field "${piece.spelling}" is only supported in to_char`);
      const next = pieces[i + 1];
      // A year takes all digits unless another numeric field follows.
      const open = next === undefined || next.kind === 'text' || HALVES.has(next.field);
      const digits = take(new RegExp(`^\\d{1,${open && field === 'YYYY' ? 9 : width}}`), piece.spelling);
      fields.set(field, /^(?:MS|US|FF\d)$/.test(field) ? Number(digits.padEnd(6, '0')) : Number(digits));
      if (piece.ordinal !== undefined) take(/^(?:st|nd|rd|th)/i, 'an ordinal');
    }
  });
  return toTimestamp(fields, afternoon, text);
}

function toTimestamp(
  fields: ReadonlyMap<string, number>,
  afternoon: boolean | undefined,
  text: string,
): string {
  const out = (): never => raise('SQL_DATETIME_RANGE', `date/time field value out of range: "${text}"`);
  const get = (name: string): number | undefined => fields.get(name);
  const twelve = get('HH12') ?? get('HH');
  if (afternoon !== undefined && twelve !== undefined && (twelve < 1 || twelve > 12)) out();
  const hour =
    get('HH24') ??
    (twelve === undefined
      ? 0
      : twelve % 12 === 0 && afternoon !== undefined
        ? afternoon
          ? 12
          : 0
        : twelve + (afternoon === true ? 12 : 0));
  const [minute, second] = [get('MI') ?? 0, get('SS') ?? 0];
  const micros = get('US') ?? get('MS') ?? [...fields].find(([name]) => name.startsWith('FF'))?.[1] ?? 0;
  const month = get('MM') ?? 1;
  const day = get('DD') ?? 1;
  const year = resolveYear(fields);
  const julian = get('J');
  const ofYear = get('DDD');
  const week = get('IW');
  const days =
    julian !== undefined
      ? julian - 2_440_588
      : get('IYYY') !== undefined && week !== undefined
        ? getFirstMonday(get('IYYY') ?? 1) + (week - 1) * 7 + ((get('ID') ?? 1) - 1)
        : ofYear !== undefined
          ? toDayNumber(year, 1, 1) + ofYear - 1
          : month < 1 || month > 12 || day < 1 || day > countDays(year, month)
            ? out()
            : toDayNumber(year, month, day);
  const midnight = get('SSSS') ?? get('SSSSS');
  if (hour > 23 || minute > 59 || second > 59) out();
  const seconds = midnight ?? (hour * 60 + minute) * 60 + second;
  const iso = new Date(days * 86_400_000 + seconds * 1000).toISOString();
  return `${iso.slice(0, -5).replace('T', ' ')}.${String(micros).padStart(6, '0')}`;
}

/** A year of fewer than four digits is the one nearest to 2020. */
function resolveYear(fields: ReadonlyMap<string, number>): number {
  const year = fields.get('YYYY') ?? fields.get('IYYY');
  if (year !== undefined) return year;
  const short = fields.get('YYY') ?? fields.get('YY') ?? fields.get('Y');
  if (short === undefined) return 1;
  if (short >= 100) return short + (short >= 520 ? 1000 : 2000);
  return short + (short < 70 ? 2000 : 1900);
}

function countDays(year: number, month: number): number {
  return (
    toDayNumber(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - toDayNumber(year, month, 1)
  );
}
