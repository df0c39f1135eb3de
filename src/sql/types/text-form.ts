import type { Value } from './value.ts';
import { arrayText } from './array-literal.ts';
import { floatText } from './float-text.ts';
import { documentText } from './json-text.ts';

/** A value as PostgreSQL's text output prints it, by PostgreSQL's name of its type; null stays null. */
export function textForm(value: Value, type: string): string | null {
  if (value === null) return null;
  if (type.endsWith('[]') && isList(value))
    return arrayText(
      value.map((item) => textForm(item, isList(item) ? type : type.slice(0, -2))),
      value.some(isList),
    );
  if (type === 'json' || type === 'jsonb') return documentText(value, type);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number')
    return type === 'real' || type === 'double precision' ? floatText(value, type) : String(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return textOfText(value, type);
  if (value instanceof Date) return timestampText(BigInt(value.getTime()) * 1000n, type);
  return value instanceof Uint8Array
    ? `\\x${Buffer.from(value).toString('hex')}`
    : documentText(value, 'json');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function textOfText(value: string, type: string): string {
  return type.startsWith('time ')
    ? value.replace(/(\.\d*?)0+(?=[-+]|$)/, '$1').replace(/\.(?=[-+]|$)/, '')
    : value;
}

const POSITIVE_INFINITY = 2n ** 63n - 1n;

/** A timestamp by its microseconds since 1970; one with time zone is printed in UTC, which is the session's time zone. */
export function timestampText(micros: bigint, type: string): string {
  if (micros === POSITIVE_INFINITY) return 'infinity';
  if (micros === -POSITIVE_INFINITY) return '-infinity';
  const second = 1_000_000n;
  const fraction = ((micros % second) + second) % second;
  const date = new Date(Number((micros - fraction) / 1000n));
  const year = date.getUTCFullYear();
  const parts = [date.getUTCMonth() + 1, date.getUTCDate()].map(twoDigits).join('-');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':');
  const zone = type === 'timestamp with time zone' ? '+00' : '';
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${parts} ${clock}${fractionText(fraction)}${zone}${year > 0 ? '' : ' BC'}`;
}

/** An interval as PostgreSQL's default style prints it: `1 year 2 mons -3 days +04:05:06`. */
export function intervalText(months: number, days: number, micros: bigint): string {
  const parts: string[] = [];
  let negative = false;
  const add = (count: number, unit: string): void => {
    if (count === 0) return;
    parts.push(`${negative && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`);
    negative = count < 0;
  };
  add(Math.trunc(months / 12), 'year');
  add(months % 12, 'mon');
  add(days, 'day');
  if (micros === 0n && parts.length > 0) return parts.join(' ');
  const size = micros < 0n ? -micros : micros;
  const seconds = Number(size / 1_000_000n);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map(twoDigits)
    .join(':');
  const sign = micros < 0n ? '-' : negative ? '+' : '';
  return [...parts, `${sign}${clock}${fractionText(size % 1_000_000n)}`].join(' ');
}

function fractionText(micros: bigint): string {
  return micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}
