import type { AttributeType, KeyType } from '../../dynamo/attribute-value.ts';
import { DEFAULT_STORED_TIME, requireStoredTime } from '../stored-time.ts';
import type { SqlType } from '../table-def.ts';

interface ColumnKind {
  /** The type's name in schema files. */
  readonly name: string;
  /** The type of the attributes in such a column; undefined: any. */
  readonly attribute: AttributeType | undefined;
  /** The type of a key in such a column, with the same sort order; undefined: it cannot be a key. */
  readonly key: KeyType | undefined;
}

/** The kinds of columns, in the order of messages. */
export const COLUMN_KINDS = {
  text: { name: 'text', attribute: 'S', key: 'S' },
  bigint: { name: 'bigint', attribute: 'N', key: 'N' },
  decimal: { name: 'numeric(38,0) to numeric(38,38)', attribute: 'N', key: 'N' },
  number: { name: 'numeric', attribute: 'N', key: 'N' },
  hugeint: { name: 'hugeint', attribute: 'N', key: 'N' },
  double: { name: 'double precision', attribute: 'N', key: 'N' },
  boolean: { name: 'boolean', attribute: 'BOOL', key: undefined },
  blob: { name: 'bytea', attribute: 'B', key: 'B' },
  json: { name: 'json', attribute: undefined, key: undefined },
  // Timestamps may also be stored as numbers, see `storedAttribute`.
  timestamptz: { name: 'timestamp with time zone', attribute: 'S', key: 'S' },
  timestamp: { name: 'timestamp', attribute: 'S', key: 'S' },
  date: { name: 'date', attribute: 'S', key: 'S' },
} as const satisfies Record<SqlType['kind'], ColumnKind>;

/** The types of columns in schema files, as messages list them. */
export const COLUMN_TYPES: readonly string[] = Object.values(COLUMN_KINDS).map(({ name }) => name);

/** A double that rounds some values. */
const ROUNDED = `${COLUMN_KINDS.double.name}, rounded`;

const PLAIN_TYPES = {
  text: { kind: 'text' },
  bigint: { kind: 'bigint' },
  hugeint: { kind: 'hugeint' },
  number: { kind: 'number' },
  double: { kind: 'double' },
  boolean: { kind: 'boolean' },
  blob: { kind: 'blob' },
  json: { kind: 'json' },
  timestamptz: { kind: 'timestamptz', stored: DEFAULT_STORED_TIME.timestamptz },
  timestamp: { kind: 'timestamp', stored: DEFAULT_STORED_TIME.timestamp },
  date: { kind: 'date', stored: DEFAULT_STORED_TIME.date },
} as const satisfies Record<Exclude<SqlType['kind'], 'decimal'>, SqlType>;

const BY_NAME: ReadonlyMap<string, SqlType> = new Map<string, SqlType>([
  ...Object.values(PLAIN_TYPES).map((type) => [COLUMN_KINDS[type.kind].name, type] as const),
  [ROUNDED, { kind: 'double', rounds: true }],
  ['timestamptz', PLAIN_TYPES.timestamptz],
  ['timestamp without time zone', PLAIN_TYPES.timestamp],
]);
const MAX_SCALE = 38;

/** The type that a schema file names. */
export function parseColumnType(text: string): SqlType | undefined {
  const name = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const scale = /^numeric ?\( ?38 ?, ?(\d{1,2}) ?\)$/.exec(name)?.[1];
  if (scale === undefined) return BY_NAME.get(name);
  return Number(scale) <= MAX_SCALE ? { kind: 'decimal', scale: Number(scale) } : undefined;
}

/** The name of a type in schema files. */
export function formatColumnType(type: SqlType): string {
  if (type.kind === 'decimal') return `numeric(38,${type.scale})`;
  return type.kind === 'double' && type.rounds === true ? ROUNDED : COLUMN_KINDS[type.kind].name;
}

/** The type of the attributes in a column of this type; undefined: any. */
export function storedAttribute(type: SqlType): AttributeType | undefined {
  return 'stored' in type ? requireStoredTime(type.stored).attribute : COLUMN_KINDS[type.kind].attribute;
}

/** The type of a key in a column of this type, with the same sort order; undefined: it cannot be a key. */
export function keyTypeFor(type: SqlType): KeyType | undefined {
  return 'stored' in type ? requireStoredTime(type.stored).attribute : COLUMN_KINDS[type.kind].key;
}
