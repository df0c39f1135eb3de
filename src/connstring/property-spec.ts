import type { Secret } from '../core/secret.ts';

/** What a value type may ask of the machine: nothing else is read while a string is read. */
export interface ParseContext {
  readonly home: string;
  env(name: string): string | undefined;
}

/** What reading a value gave: the value, or what was expected instead (never what was found). */
export type ParseResult<T> =
  | { readonly value: T }
  | { readonly expected: string; readonly candidates?: readonly string[] };

/** A kind of value: what it is called, and how it is read from text. */
export interface ValueType<T> {
  /** For people: `text`, `integer from 1 to 64`, `one of Never, OnUse, OnStart`. */
  readonly label: string;
  /** Its values are `Secret` from the tokenizer on. */
  readonly secret?: true;
  /** Its values are strings of these properties, in the grammar of the connection string itself. */
  readonly nested?: PropertyTable;
  /** Its values are strings of further properties that count as if they stood in the outer string. */
  readonly spreads?: true;
  read(value: string | Secret | NestedObject, world: ParseContext): ParseResult<T>;
}

/** The values of a nested string by its properties' documented spellings. */
export interface NestedObject {
  readonly [key: string]: string | Secret | NestedObject;
}

export type PropertyGroup =
  | 'Connection'
  | 'AWS keys'
  | 'Role'
  | 'MFA'
  | 'Profile'
  | 'Web identity'
  | 'SSO'
  | 'Cognito'
  | 'TLS'
  | 'Proxy'
  | 'Schema'
  | 'Reading'
  | 'Writing'
  | 'Retry'
  | 'Logging'
  | 'Engine'
  | 'Passing';

/** A row of the property table; types, defaults, checks, help and documentation are derived from it. */
export interface PropertySpec<T = unknown> {
  /** The spelling users write; matching ignores case and blanks. */
  readonly key: string;
  readonly type: ValueType<T>;
  readonly group: PropertyGroup;
  readonly doc: string;
  readonly default?: T;
  readonly aliases?: readonly string[];
  /** Environment variables that give the value where the user gave none, first come first served. */
  readonly env?: readonly string[];
}

export type PropertyTable = { readonly [name: string]: PropertySpec };

type Row<T, K extends string, A extends string> = Omit<PropertySpec<T>, 'key' | 'aliases'> & {
  readonly key: K;
  readonly aliases?: readonly A[];
};

/** Types a row: its value from `type`, its spellings literally, and whether it has a default. */
export function property<const T, const K extends string, const A extends string = never>(
  spec: Row<T, K, A> & { readonly default: NoInfer<T> },
): Row<T, K, A> & { readonly default: T };
export function property<const T, const K extends string, const A extends string = never>(
  spec: Row<T, K, A> & { readonly default?: never },
): Row<T, K, A> & { readonly default?: never };
export function property(spec: PropertySpec): PropertySpec {
  return spec;
}

/** The value that a row's type reads. */
export type ValueOf<S> = S extends { readonly type: ValueType<infer T> } ? T : never;

type Defaulted<Table> = {
  [K in keyof Table]: Table[K] extends { readonly default: ValueOf<Table[K]> } ? K : never;
}[keyof Table];

/** The values of a table's properties: those with a default are always there. */
export type ValuesOf<Table> = { readonly [K in Defaulted<Table>]: ValueOf<Table[K]> } & {
  readonly [K in Exclude<keyof Table, Defaulted<Table>>]?: ValueOf<Table[K]>;
};
