import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { Secret } from '../core/secret.ts';
import {
  type NamedSpec,
  findProperty,
  normalizeKey,
  type NestedObject,
  type PropertyTable,
} from './property-spec.ts';
import { findIgnoredKey } from './ignored.ts';
import { type PropertyToken, formatUnquotedHint, displayKey, tokenize } from './tokenize.ts';
import { isUrlForm, tokenizeUrl } from './url-form.ts';

/** A value of the object form. `undefined`, `null` and an empty value mean that the property is not set. */
export type ConnectionValue =
  | string
  | number
  | boolean
  | Secret
  | readonly string[]
  | ConnectionObject
  | null
  | undefined;

/** A connection as an object: keys are the properties' spellings in any case. */
export interface ConnectionObject {
  readonly [key: string]: ConnectionValue;
}

/** A property set by the user. */
export interface Entry {
  /** Its name in the table; undefined for a key that is accepted and ignored. */
  readonly name: string | undefined;
  /** The documented spelling. */
  readonly key: string;
  /** The user's own spelling. */
  readonly spelled: string;
  readonly position?: number;
  readonly value: string | Secret | NestedObject;
}

const PREFIX = /^\s*jdbc:(?:dynadbc|amazondynamodb|dynamodb):(?!\/\/)/i;

/** Splits a connection string in either form into `Key=Value` tokens, without its prefix. */
export function tokenizeConnection(text: string, table: PropertyTable): readonly PropertyToken[] {
  const isPublic = (key: string): boolean => {
    const type = findProperty(key, table)?.spec.type;
    return (
      type !== undefined &&
      type.secret === undefined &&
      type.nested === undefined &&
      type.spreads === undefined
    );
  };
  if (isUrlForm(text)) return tokenizeUrl(text, isPublic);
  return tokenize(text, isPublic, PREFIX.exec(text.slice(0, 100))?.[0].length ?? 0);
}

/** The properties of a connection string in their order, each once. */
export function parseEntries(text: string, table: PropertyTable): readonly Entry[] {
  const tokens = tokenizeConnection(text, table);
  return dropRepeated(tokens.flatMap((token, i) => readEntry(token, table, tokens[i - 1])));
}

/** The properties of an object in their order, each once. */
export function toEntries(object: ConnectionObject, table: PropertyTable): readonly Entry[] {
  return dropRepeated(
    Object.entries(object).flatMap(([key, input]) => {
      const value = toRawValue(key, input);
      return value === undefined ? [] : readEntry({ key, value }, table);
    }),
  );
}

type RawEntry = { key: string; value: string | Secret | ConnectionObject; position?: number };

function readEntry(raw: RawEntry, table: PropertyTable, before?: PropertyToken): readonly Entry[] {
  const position = raw.position === undefined ? {} : { position: raw.position };
  const found = resolveProperty(raw, table, before);
  if (reveal(raw.value) === '') return [];
  if (found === undefined) {
    const key = findIgnoredKey(raw.key) ?? raw.key;
    return [{ name: undefined, key, spelled: raw.key, ...position, value: toSecret(raw.value) }];
  }
  const { name, spec } = found;
  if (spec.type.spreads) {
    return withPropertyName(spec.key, raw, () => readNestedEntries(raw.value, table)).map((entry) => ({
      ...entry,
      ...position,
    }));
  }
  const row = { name, key: spec.key, spelled: raw.key, ...position };
  const nested = spec.type.nested;
  if (nested !== undefined) {
    return [
      {
        ...row,
        value: toNestedObject(withPropertyName(spec.key, raw, () => readNestedEntries(raw.value, nested))),
      },
    ];
  }
  if (isObject(raw.value)) throw badTypeError(spec.key, 'object');
  return [{ ...row, value: spec.type.secret ? toSecret(raw.value) : raw.value }];
}

/** Finds the property of a key; undefined for an ignored one, an error for any other. */
function resolveProperty(raw: RawEntry, table: PropertyTable, before?: PropertyToken): NamedSpec | undefined {
  const found = findProperty(raw.key, table);
  if (found !== undefined || findIgnoredKey(raw.key) !== undefined) return found;
  const names = Object.values(table).flatMap((spec) => [spec.key, ...(spec.aliases ?? [])]);
  const candidates = nearest(raw.key, names);
  const at = raw.position === undefined ? '' : ` at character ${raw.position}`;
  const details = { candidates, ...(raw.position === undefined ? {} : { position: raw.position }) };
  const rest = formatUnquotedHint(before);
  // After an unquoted secret the "key" may be the rest of a password.
  const isShown = displayKey(raw.key) === raw.key && (rest === '' || candidates.length > 0);
  const shown = isShown ? ` "${raw.key}"` : '';
  const hint = candidates.length === 0 ? rest : `; did you mean ${candidates.join(' or ')}?`;
  throw new DriverError('CONN_UNKNOWN_PROPERTY', `unknown connection property${shown}${at}${hint}`, details);
}

function readNestedEntries(value: RawEntry['value'], table: PropertyTable): readonly Entry[] {
  return typeof value === 'string' || value instanceof Secret
    ? parseEntries(reveal(value), table)
    : toEntries(value, table);
}

/** Names the property in the errors of its nested string. Positions refer to the outer string. */
function withPropertyName<T>(key: string, raw: RawEntry, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `${key}: ${error.message}`, {
      cause: error.cause,
      candidates: error.candidates,
      ...(raw.position === undefined ? {} : { position: raw.position }),
    });
  }
}

/** Drops repeated properties; a repetition with another value is an error. */
function dropRepeated(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const id = entry.name ?? `ignored ${normalizeKey(entry.key)}`;
    const first = seen.get(id);
    if (first !== undefined && !isSameEntryValue(first.value, entry.value)) {
      const spelled = first.spelled === entry.spelled ? '' : ` (as ${first.spelled} and ${entry.spelled})`;
      const at = entry.position === undefined ? '' : `, again at character ${entry.position}`;
      throw new DriverError(
        'CONN_DUPLICATE_PROPERTY',
        `property "${entry.key}" specified more than once with different values${spelled}${at}`,
        entry.position === undefined ? {} : { position: entry.position },
      );
    }
    if (first === undefined) seen.set(id, entry);
  }
  return [...seen.values()];
}

function isSameEntryValue(a: Entry['value'], b: Entry['value']): boolean {
  if (!isObject(a) || !isObject(b)) return !isObject(a) && !isObject(b) && reveal(a) === reveal(b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => isSameEntryValue(a[key] ?? '', b[key] ?? ''))
  );
}

function isObject<T extends object>(value: string | Secret | T): value is T {
  return typeof value === 'object' && !(value instanceof Secret);
}

function reveal(value: RawEntry['value']): string {
  if (value instanceof Secret) return value.reveal();
  return typeof value === 'string' ? value : '{}';
}

function toSecret(value: RawEntry['value']): Secret {
  return value instanceof Secret ? value : new Secret(reveal(value));
}

/** Converts entries to an object with the documented spellings. */
export function toNestedObject(entries: readonly Entry[]): NestedObject {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

/** Converts a value of the object form for the parser; undefined if it is not set. */
export function toRawValue(key: string, value: ConnectionValue): RawEntry['value'] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || value instanceof Secret) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return value.map(String).join(',');
  if (typeof value === 'object') return value;
  throw badTypeError(key, typeof value);
}

// Array.isArray does not narrow to readonly arrays.
function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

function badTypeError(key: string, found: string): DriverError {
  return new DriverError(
    'CONN_BAD_VALUE',
    `invalid value for ${displayKey(key)}: expected a string, a number or a boolean, got ${found}`,
  );
}
