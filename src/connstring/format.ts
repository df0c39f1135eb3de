import { Secret } from '../core/secret.ts';
import { type ConnectionObject, entriesOfObject, entriesOfText, objectOf } from './entries.ts';
import { PROPERTIES } from './properties.ts';
import type { NestedObject } from './property-spec.ts';

/** A connection string as an object by documented spelling: grammar and keys only, values as written. */
export function parse(text: string): ConnectionObject {
  return objectOf(entriesOfText(text, PROPERTIES));
}

/** An object as a connection string that `parse` reads back. Secrets stand in it in clear. */
export function format(object: ConnectionObject): string {
  return write(objectOf(entriesOfObject(object, PROPERTIES)));
}

function write(object: NestedObject): string {
  return Object.entries(object)
    .map(([key, value]) => `${key}=${quoted(clear(value))}`)
    .join(';');
}

function clear(value: string | Secret | NestedObject): string {
  if (typeof value === 'string') return value;
  return value instanceof Secret ? value.reveal() : write(value);
}

/** A value as the grammar wants it: in quotes where it would otherwise end early or lose its blanks. */
export function quoted(value: string): string {
  const plain = value !== '' && value === value.trim() && !/[;'"]|^\{/.test(value);
  return plain ? value : `'${value.replaceAll("'", "''")}'`;
}
