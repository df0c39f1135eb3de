import { isJsonNumber } from '../../sql/types/number-value.ts';
import { elementType, isNumericType } from '../../sql/types/types.ts';
import { formatPreciseDate } from '../../sql/types/precise-date.ts';
import type { Value } from '../../sql/types/value.ts';

// JSON allows these unescaped, but a terminal may interpret them and a line-based reader may split at them.
const UNPRINTABLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Formats a string as JSON that is safe to print. */
export function formatJsonString(text: string): string {
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Formats a value as JSON with all its digits: numeric columns and bigints are numbers, dates are ISO 8601, bytes are
 * base64. NaN and Infinity are strings.
 */
export function formatJson(value: Value, type: string): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return formatJsonObject(value, type);
  if (typeof value === 'string')
    return isNumericType(type) && isJsonNumber(value) ? value : formatJsonString(value);
  return typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : String(value);
}

function formatJsonObject(value: Exclude<Value & object, null>, type: string): string {
  if (value instanceof Date) return formatJsonString(formatIsoTimestamp(value, type));
  if (value instanceof Uint8Array) return formatJsonString(formatBase64(value));
  if (isList(value)) {
    const inner = elementType(type) ?? 'json';
    return `[${value.map((element) => formatJson(element, inner)).join(',')}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${formatJsonString(key)}:${formatJson(member, 'json')}`,
  );
  return `{${members.join(',')}}`;
}

/** Formats bytes for every output format. */
export function formatBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Formats a timestamp for every output format. One without time zone has no offset. */
export function formatIsoTimestamp(date: Date, type: string): string {
  if (Number.isNaN(date.getTime())) return 'Invalid Date';
  const iso = formatPreciseDate(date);
  return type === 'timestamp without time zone' ? iso.slice(0, -1) : iso;
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
