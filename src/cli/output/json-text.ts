import type { Value } from '../../sql/types/value.ts';
import { elementType, isNumeric } from './column-kind.ts';

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

// JSON leaves these as they are, but a terminal may obey them and a line-reader may break a line at them.
const UNPRINTABLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text as a JSON string that is safe to print. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A value as JSON with all its digits: a numeric column's digits and a bigint are bare numbers, a date is ISO 8601,
 * bytes are base64. What JSON has no number for (NaN, Infinity) is a string.
 */
export function jsonText(value: Value, type: string): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return objectText(value, type);
  if (typeof value === 'string')
    return isNumeric(type) && JSON_NUMBER.test(value) ? value : jsonString(value);
  return typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : String(value);
}

function objectText(value: Exclude<Value & object, null>, type: string): string {
  if (value instanceof Date) return jsonString(dateText(value));
  if (value instanceof Uint8Array) return jsonString(base64(value));
  if (isList(value)) {
    const inner = elementType(type) ?? 'json';
    return `[${value.map((element) => jsonText(element, inner)).join(',')}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${jsonString(key)}:${jsonText(member, 'json')}`,
  );
  return `{${members.join(',')}}`;
}

/** Bytes as every format shows them. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A timestamp as every format shows it. */
export function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
