import { Secret } from '../core/secret.ts';
import { type ConnectionObject, toEntries, parseEntries, toNestedObject } from './entries.ts';
import { PROPERTIES } from './properties.ts';
import type { NestedObject } from './property-spec.ts';

/** Parses a connection string to an object with the documented spellings. Values stay as written and are not validated. */
export function parse(text: string): ConnectionObject {
  return toNestedObject(parseEntries(text, PROPERTIES));
}

/** Formats an object as a connection string for `parse`. Secrets are included in plain text. */
export function format(object: ConnectionObject): string {
  return formatNested(toNestedObject(toEntries(object, PROPERTIES)));
}

function formatNested(object: NestedObject): string {
  return Object.entries(object)
    .map(([key, value]) => `${key}=${quoteValue(revealValue(value))}`)
    .join(';');
}

function revealValue(value: string | Secret | NestedObject): string {
  if (typeof value === 'string') return value;
  return value instanceof Secret ? value.reveal() : formatNested(value);
}

/** Quotes a value that would otherwise end early or lose its surrounding spaces. */
export function quoteValue(value: string): string {
  const isPlain = value !== '' && value === value.trim() && !/[;'"]|^\{/.test(value);
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`;
}
