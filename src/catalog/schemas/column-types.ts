import type { SqlType } from '../table-def.ts';

/** The types that a schema file may give a column, as messages list them. */
export const COLUMN_TYPES = [
  'text',
  'bigint',
  'numeric(38,0) to numeric(38,38)',
  'hugeint',
  'double precision',
  'boolean',
  'bytea',
  'json',
] as const;

const PLAIN: readonly (readonly [name: string, type: SqlType])[] = [
  ['text', { kind: 'text' }],
  ['bigint', { kind: 'bigint' }],
  ['hugeint', { kind: 'hugeint' }],
  ['double precision', { kind: 'double' }],
  ['double precision, rounded', { kind: 'double', rounds: true }],
  ['boolean', { kind: 'boolean' }],
  ['bytea', { kind: 'blob' }],
  ['json', { kind: 'json' }],
];
const BY_NAME: ReadonlyMap<string, SqlType> = new Map(PLAIN);
const MAX_SCALE = 38;

/** The type that a schema file calls so. */
export function columnTypeOf(text: string): SqlType | undefined {
  const name = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const scale = /^numeric ?\( ?38 ?, ?(\d{1,2}) ?\)$/.exec(name)?.[1];
  if (scale === undefined) return BY_NAME.get(name);
  return Number(scale) <= MAX_SCALE ? { kind: 'decimal', scale: Number(scale) } : undefined;
}

/** What a schema file calls a type. */
export function columnTypeName(type: SqlType): string {
  if (type.kind === 'decimal') return `numeric(38,${type.scale})`;
  const rounds = type.kind === 'double' && type.rounds === true;
  const found = PLAIN.find(
    ([, each]) => each.kind === type.kind && (each.kind === 'double' && each.rounds === true) === rounds,
  );
  return found?.[0] ?? 'text';
}
