/**
 * The type that CREATE TABLE, a schema file or the table's tags declare for a column, and that every write holds to. SqlType
 * knows how the column is read; this also knows lengths, precisions and ranges. Dates and timestamps have none of those.
 */
export interface DeclaredType {
  readonly name: DeclaredTypeName;
  /** `numeric(10,2)`: 10 and 2. */
  readonly modifiers: readonly number[];
}

/** The SqlType of a declared type. */
type ReadType =
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'number' | 'bigint' | 'hugeint' | 'double' | 'text' | 'boolean' | 'blob' | 'json' };

interface DeclaredTypeSpec {
  readonly kind: ReadType['kind'];
  /** The maximum number of modifiers. */
  readonly modifiers: number;
  readonly aliases: readonly string[];
}

/** The types that columns may declare, by the names that PostgreSQL's format_type returns. */
const DECLARED_TYPES = {
  text: { kind: 'text', modifiers: 0, aliases: [] },
  'character varying': { kind: 'text', modifiers: 1, aliases: ['varchar'] },
  character: { kind: 'text', modifiers: 1, aliases: ['char', 'bpchar'] },
  uuid: { kind: 'text', modifiers: 0, aliases: [] },
  smallint: { kind: 'bigint', modifiers: 0, aliases: ['int2'] },
  integer: { kind: 'bigint', modifiers: 0, aliases: ['int', 'int4'] },
  bigint: { kind: 'bigint', modifiers: 0, aliases: ['int8'] },
  // PostgreSQL has no such type: integers of 38 digits.
  hugeint: { kind: 'hugeint', modifiers: 0, aliases: [] },
  numeric: { kind: 'decimal', modifiers: 2, aliases: ['decimal', 'dec'] },
  real: { kind: 'double', modifiers: 0, aliases: ['float4'] },
  'double precision': { kind: 'double', modifiers: 0, aliases: ['float8', 'float'] },
  boolean: { kind: 'boolean', modifiers: 0, aliases: ['bool'] },
  bytea: { kind: 'blob', modifiers: 0, aliases: [] },
  json: { kind: 'json', modifiers: 0, aliases: [] },
  jsonb: { kind: 'json', modifiers: 0, aliases: [] },
} as const satisfies Record<string, DeclaredTypeSpec>;

export type DeclaredTypeName = keyof typeof DECLARED_TYPES;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
const NAMES = Object.keys(DECLARED_TYPES) as readonly DeclaredTypeName[];
const BY_NAME: ReadonlyMap<string, DeclaredTypeName> = new Map(
  NAMES.flatMap((name) => [name, ...DECLARED_TYPES[name].aliases].map((each) => [each, name] as const)),
);

/** The types by name, as messages list them. */
export const DECLARED_TYPE_NAMES: readonly string[] = NAMES;

/** A type by one of its names; undefined for dates, timestamps and types that no column has. */
export function declareType(name: string, modifiers: readonly number[] = []): DeclaredType | undefined {
  const known = BY_NAME.get(name);
  return known === undefined || modifiers.length > DECLARED_TYPES[known].modifiers
    ? undefined
    : { name: known, modifiers };
}

const TYPE = /^([a-z][a-z0-9 ]*?) ?(?:\( ?(\d{1,5}) ?(?:, ?(\d{1,5}) ?)?\))?$/;

/** The type that a string names: `numeric(10,2)`, `varchar(20)`. */
export function parseDeclaredType(text: string): DeclaredType | undefined {
  const [, name = '', ...modifiers] = TYPE.exec(text.trim().toLowerCase().replaceAll(/\s+/g, ' ')) ?? [];
  return declareType(name, modifiers.filter((each) => each !== undefined).map(Number));
}

/** PostgreSQL's name of a type, as format_type prints it: `character varying(20)`. */
export function formatDeclaredType({ name, modifiers }: DeclaredType): string {
  return modifiers.length === 0 ? name : `${name}(${modifiers.join(',')})`;
}

/** DynamoDB's numbers have 38 significant digits. */
export const MAX_NUMERIC_DIGITS = 38;

/** How a column of this type is read; undefined where a numeric has more digits after the point than a number can. */
export function toSqlType({ name, modifiers: [precision, scale = 0] }: DeclaredType): ReadType | undefined {
  const { kind } = DECLARED_TYPES[name];
  if (kind !== 'decimal') return { kind };
  if (precision === undefined) return { kind: 'number' };
  return scale > MAX_NUMERIC_DIGITS ? undefined : { kind, scale };
}
