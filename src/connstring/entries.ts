import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { Secret } from '../core/secret.ts';
import { type Found, findProperty, plainKey } from './find-property.ts';
import { ignoredKey } from './ignored.ts';
import type { NestedObject, PropertyTable } from './property-spec.ts';
import { type Token, mayBelongTo, shownKey, tokenize } from './tokenize.ts';
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

/** One property that was given: which one, how it was spelled, where, and its value. */
export interface Entry {
  /** The row's name in its table; undefined for a key that is accepted and ignored. */
  readonly name: string | undefined;
  /** The documented spelling. */
  readonly key: string;
  /** The user's own spelling. */
  readonly spelled: string;
  readonly position?: number;
  readonly value: string | Secret | NestedObject;
}

const PREFIX = /^\s*jdbc:(?:dynadbc|amazondynamodb|dynamodb):(?!\/\/)/i;

/** The `Key=Value` pieces of a connection string in either form, its prefix left out. */
export function tokensOf(text: string, table: PropertyTable): readonly Token[] {
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

/** What a connection string gives, in its order, each property once. */
export function entriesOfText(text: string, table: PropertyTable): readonly Entry[] {
  const tokens = tokensOf(text, table);
  return unique(tokens.flatMap((token, i) => entriesOf(token, table, tokens[i - 1])));
}

/** What an object gives, in its order, each property once. */
export function entriesOfObject(object: ConnectionObject, table: PropertyTable): readonly Entry[] {
  return unique(
    Object.entries(object).flatMap(([key, given]) => {
      const value = textOf(key, given);
      return value === undefined ? [] : entriesOf({ key, value }, table);
    }),
  );
}

type Given = { key: string; value: string | Secret | ConnectionObject; position?: number };

function entriesOf(given: Given, table: PropertyTable, before?: Token): readonly Entry[] {
  const place = given.position === undefined ? {} : { position: given.position };
  const found = known(given, table, before);
  if (reveal(given.value) === '') return [];
  if (found === undefined) {
    const key = ignoredKey(given.key) ?? given.key;
    return [{ name: undefined, key, spelled: given.key, ...place, value: sealed(given.value) }];
  }
  const { name, spec } = found;
  if (spec.type.spreads) {
    return within(spec.key, given, () => pieces(given.value, table)).map((entry) => ({ ...entry, ...place }));
  }
  const row = { name, key: spec.key, spelled: given.key, ...place };
  const nested = spec.type.nested;
  if (nested !== undefined) {
    return [{ ...row, value: objectOf(within(spec.key, given, () => pieces(given.value, nested))) }];
  }
  if (isObject(given.value)) throw notPlain(spec.key, 'object');
  return [{ ...row, value: spec.type.secret ? sealed(given.value) : given.value }];
}

/** The row that a key means; undefined for one that is ignored; anything else is an error. */
function known(given: Given, table: PropertyTable, before?: Token): Found | undefined {
  const found = findProperty(given.key, table);
  if (found !== undefined || ignoredKey(given.key) !== undefined) return found;
  const names = Object.values(table).flatMap((spec) => [spec.key, ...(spec.aliases ?? [])]);
  const candidates = nearest(given.key, names);
  const at = given.position === undefined ? '' : ` at character ${given.position}`;
  const details = { candidates, ...(given.position === undefined ? {} : { position: given.position }) };
  const rest = mayBelongTo(before);
  // Then the "key" may be half a password.
  const isShown = shownKey(given.key) === given.key && (rest === '' || candidates.length > 0);
  const shown = isShown ? ` "${given.key}"` : '';
  const meant = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
  const hint = candidates.length === 0 ? rest : meant;
  throw new DriverError('CONN_UNKNOWN_PROPERTY', `Unknown property${shown}${at}${hint}`, details);
}

function pieces(value: Given['value'], table: PropertyTable): readonly Entry[] {
  return typeof value === 'string' || value instanceof Secret
    ? entriesOfText(reveal(value), table)
    : entriesOfObject(value, table);
}

/** Says in which property an error of a nested string lies; places count in the outer string. */
function within<T>(key: string, given: Given, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `In ${key}: ${error.message}`, {
      cause: error.cause,
      candidates: error.candidates,
      ...(given.position === undefined ? {} : { position: given.position }),
    });
  }
}

/** A property may be repeated only with the same value. */
function unique(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const id = entry.name ?? `ignored ${plainKey(entry.key)}`;
    const first = seen.get(id);
    if (first !== undefined && !sameValue(first.value, entry.value)) {
      const spelled =
        first.spelled === entry.spelled ? entry.spelled : `${first.spelled} and ${entry.spelled}`;
      const at = entry.position === undefined ? '' : `, the second at character ${entry.position}`;
      throw new DriverError(
        'CONN_DUPLICATE_PROPERTY',
        `${spelled}: ${entry.key} is given twice with different values${at}`,
        entry.position === undefined ? {} : { position: entry.position },
      );
    }
    if (first === undefined) seen.set(id, entry);
  }
  return [...seen.values()];
}

function sameValue(a: Entry['value'], b: Entry['value']): boolean {
  if (!isObject(a) || !isObject(b)) return !isObject(a) && !isObject(b) && reveal(a) === reveal(b);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key] ?? '', b[key] ?? ''));
}

function isObject<T extends object>(value: string | Secret | T): value is T {
  return typeof value === 'object' && !(value instanceof Secret);
}

function reveal(value: Given['value']): string {
  if (value instanceof Secret) return value.reveal();
  return typeof value === 'string' ? value : '{}';
}

function sealed(value: Given['value']): Secret {
  return value instanceof Secret ? value : new Secret(reveal(value));
}

/** Entries as an object by documented spelling. */
export function objectOf(entries: readonly Entry[]): NestedObject {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

/** A value as the parser takes it; undefined where none is set. */
export function textOf(key: string, value: ConnectionValue): Given['value'] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || value instanceof Secret) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return value.map(String).join(',');
  if (typeof value === 'object') return value;
  throw notPlain(key, typeof value);
}

// Array.isArray does not recognise readonly arrays to the compiler.
function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

function notPlain(key: string, found: string): DriverError {
  return new DriverError(
    'CONN_BAD_VALUE',
    `${shownKey(key)}: expected text, a number or a boolean, found ${found}`,
  );
}
