import type { Secret } from '../core/secret.ts';

/** A property with its name in the table. */
export type NamedSpec = { readonly name: string; readonly spec: PropertySpec };

const indexes = new WeakMap<PropertyTable, ReadonlyMap<string, NamedSpec>>();

/** Finds a property by its key or an alias, ignoring case and spaces. */
export function findProperty(spelled: string, table: PropertyTable): NamedSpec | undefined {
  let index = indexes.get(table);
  if (index === undefined) {
    index = new Map(
      Object.entries(table).flatMap(([name, spec]) =>
        [spec.key, ...(spec.aliases ?? [])].map((key) => [normalizeKey(key), { name, spec }] as const),
      ),
    );
    indexes.set(table, index);
  }
  return index.get(normalizeKey(spelled));
}

/** The form in which keys are compared. */
export function normalizeKey(key: string): string {
  return key.replaceAll(/\s/g, '').toLowerCase();
}

/** The parts of the environment that value types may read. */
export interface ParseContext {
  readonly home: string;
  env(name: string): string | undefined;
}

/** A parsed value, or a description of the expected values (never the input, which may be a secret). */
export type ParseResult<T> =
  | { readonly value: T }
  | { readonly expected: string; readonly candidates?: readonly string[] };

/** The type of a property: its label and its parser. */
export interface ValueType<T> {
  /** As shown to users: `text`, `integer from 1 to 64`, `one of Never, OnUse, OnStart`. */
  readonly label: string;
  /** Values are `Secret` from the tokenizer on. */
  readonly secret?: true;
  /** Values are strings of these properties, in the grammar of connection strings. */
  readonly nested?: PropertyTable;
  /** Values are strings of further properties of the connection itself. */
  readonly spreads?: true;
  read(value: string | Secret | NestedObject, context: ParseContext): ParseResult<T>;
}

/** The values of a nested string by the documented spellings of its properties. */
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

/** A row of the property table. Types, defaults, checks, help and documentation are derived from it. */
export interface PropertySpec<T = unknown> {
  /** The documented spelling; matching ignores case and spaces. */
  readonly key: string;
  readonly type: ValueType<T>;
  readonly group: PropertyGroup;
  readonly doc: string;
  readonly default?: T;
  readonly aliases?: readonly string[];
  /** Environment variables for a property that is not set; the first one that is set is used. */
  readonly env?: readonly string[];
}

export type PropertyTable = { readonly [name: string]: PropertySpec };

type Row<T, K extends string, A extends string> = Omit<PropertySpec<T>, 'key' | 'aliases'> & {
  readonly key: K;
  readonly aliases?: readonly A[];
};

/** Infers the type of a row: its value from `type`, its literal spellings, and whether it has a default. */
export function property<const T, const K extends string, const A extends string = never>(
  spec: Row<T, K, A> & { readonly default: NoInfer<T> },
): Row<T, K, A> & { readonly default: T };
export function property<const T, const K extends string, const A extends string = never>(
  spec: Row<T, K, A> & { readonly default?: never },
): Row<T, K, A> & { readonly default?: never };
export function property(spec: PropertySpec): PropertySpec {
  return spec;
}

/** The type of a property's value. */
export type ValueOf<S> = S extends { readonly type: ValueType<infer T> } ? T : never;

type Defaulted<Table> = {
  [K in keyof Table]: Table[K] extends { readonly default: ValueOf<Table[K]> } ? K : never;
}[keyof Table];

/** The values of a table's properties; those with a default are never undefined. */
export type ValuesOf<Table> = { readonly [K in Defaulted<Table>]: ValueOf<Table[K]> } & {
  readonly [K in Exclude<keyof Table, Defaulted<Table>>]?: ValueOf<Table[K]>;
};
