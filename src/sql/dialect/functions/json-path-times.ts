import { toDayNumber } from './date-time-fields.ts';
import { readPattern } from './pattern.ts';
import { raise } from './raise.ts';

/** What `.datetime()` returns. */
export interface PathTime {
  /** PostgreSQL's name of the type. */
  readonly time: string;
  /** Microseconds since 1970 or midnight, in UTC if there is an offset. */
  readonly micros: number;
  /** Minutes east of UTC. */
  readonly offset: number | undefined;
}

const [DATE, CLOCK, ZONE] = [
  '(?<YYYY>\\d{4})-(?<MM>\\d{1,2})-(?<DD>\\d{1,2})',
  '(?<HH24>\\d{1,2}):(?<MI>\\d{1,2}):(?<SS>\\d{1,2})',
  '(?:\\s*(?<TZH>[-+]\\d{1,2})(?::(?<TZM>\\d{2}))?)?',
];
const ISO = [`^${DATE}$`, `^${CLOCK}${ZONE}$`, `^${DATE}[ T]${CLOCK}${ZONE}$`].map(
  (source) => new RegExp(source),
);

/** Reads a date and time in ISO 8601, or by a pattern of to_timestamp. Undefined if it has another form. */
export function parsePathTime(text: string, template: string | undefined): PathTime | undefined {
  const expressions = template === undefined ? ISO : [compileTemplate(template)];
  const fields = expressions.map((each) => each.exec(text)?.groups).find((groups) => groups !== undefined);
  return fields && fromFields(fields);
}

/** The fields that a template may have, and how long they are. */
const WIDTHS: ReadonlyMap<string, string> = new Map([
  ['YYYY', '\\d{1,4}'],
  ['MM', '\\d{1,2}'],
  ['DD', '\\d{1,2}'],
  ['HH24', '\\d{1,2}'],
  ['HH12', '\\d{1,2}'],
  ['HH', '\\d{1,2}'],
  ['MI', '\\d{1,2}'],
  ['SS', '\\d{1,2}'],
  ['MS', '\\d{1,3}'],
  ['US', '\\d{1,6}'],
  ['AM', '[AaPp][Mm]'],
  ['PM', '[AaPp][Mm]'],
  ['TZH', '[-+]?\\d{1,2}'],
  ['TZM', '\\d{1,2}'],
  ...Array.from({ length: 6 }, (_, i): [string, string] => [`FF${i + 1}`, `\\d{1,${i + 1}}`]),
]);

const compiled = new Map<string, RegExp>();

function compileTemplate(template: string): RegExp {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const source = readPattern(template)
    .map((piece) => {
      if (piece.kind === 'text') return piece.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      const width = WIDTHS.get(piece.field);
      return width === undefined
        ? raise('SQL_NOT_SUPPORTED', `formatting field "${piece.spelling}" is not supported in datetime()`)
        : `\\s*(?<${piece.field}>${width})`;
    })
    .join('');
  const expression = new RegExp(`^${source}$`);
  compiled.set(template, expression);
  return expression;
}

function fromFields(fields: Readonly<Record<string, string | undefined>>): PathTime {
  const get = (...names: readonly string[]): number | undefined => {
    const found = names.map((name) => fields[name]).find((text) => text !== undefined);
    return found === undefined ? undefined : Number(found);
  };
  const half = (fields['AM'] ?? fields['PM'])?.toLowerCase();
  const twelve = get('HH12', 'HH');
  const hour =
    get('HH24') ??
    (twelve === undefined ? 0 : half === undefined ? twelve : (twelve % 12) + (half === 'pm' ? 12 : 0));
  const [year, month, day] = [get('YYYY') ?? 1, get('MM') ?? 1, get('DD') ?? 1];
  const [minute, second] = [get('MI') ?? 0, get('SS') ?? 0];
  const fraction = Object.entries(fields).find(
    ([name, text]) => /^(?:MS|US|FF)/.test(name) && text !== undefined,
  );
  const micros = Number((fraction?.[1] ?? '').padEnd(6, '0'));
  const hasDate = ['YYYY', 'MM', 'DD'].some((name) => fields[name] !== undefined);
  const hasClock = ['HH24', 'HH12', 'HH', 'MI', 'SS'].some((name) => fields[name] !== undefined);
  const zone = fields['TZH'];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 24 || minute > 59 || second > 59)
    return raise('SQL_DATETIME_RANGE', 'date/time field value out of range');
  const offset =
    zone === undefined ? undefined : Number(zone) * 60 + (zone.startsWith('-') ? -1 : 1) * (get('TZM') ?? 0);
  const days = hasDate ? toDayNumber(year, month, day) : 0;
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - (offset ?? 0) * 60;
  return { time: nameTime(hasDate, hasClock, offset !== undefined), micros: seconds * 1e6 + micros, offset };
}

function nameTime(hasDate: boolean, hasClock: boolean, hasZone: boolean): string {
  if (!hasClock && !hasZone) return 'date';
  return `${hasDate ? 'timestamp' : 'time'} ${hasZone ? 'with' : 'without'} time zone`;
}

/** Undefined for a time compared with a date. */
export function comparePathTimes(a: PathTime, b: PathTime): number | undefined {
  const isClock = (each: PathTime): boolean => each.time.startsWith('time ');
  if (isClock(a) !== isClock(b)) return undefined;
  if ((a.offset === undefined) !== (b.offset === undefined))
    return raise(
      'SQL_NOT_SUPPORTED',
      `cannot convert value from ${shorten(a.offset === undefined ? a : b)} to ${shorten(a.offset === undefined ? b : a)} without time zone usage`,
    );
  return a.micros - b.micros;
}

function shorten({ time }: PathTime): string {
  return time.replace(' with time zone', 'tz').replace(' without time zone', '');
}

export function formatPathTime({ time, micros, offset }: PathTime): string {
  const iso = new Date(Math.floor(micros / 1000) + (offset ?? 0) * 60_000).toISOString();
  const fraction = ((micros % 1e6) + 1e6) % 1e6;
  const parts = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  const [date = '', clock = ''] = iso.split('T');
  if (time === 'date') return date;
  const local = `${clock.slice(0, 8)}${parts}${offset === undefined ? '' : formatOffset(offset)}`;
  return time.startsWith('timestamp') ? `${date}T${local}` : local;
}

function formatOffset(minutes: number): string {
  const all = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(all / 60))}:${two(all % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
