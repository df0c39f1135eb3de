import { keyTypeFor } from '../../catalog/schemas/column-types.ts';
import type { DeclaredColumn } from '../../catalog/schemas/schema-file.ts';
import type { ColumnDef } from '../../catalog/table-def.ts';
import type { KeyType } from '../../dynamo/attribute-value.ts';

/** The attribute types of a column that keys can have: those in sampled items, otherwise the declared one. */
export function listKeyTypes(column: ColumnDef): readonly KeyType[] {
  const seen = Object.keys(column.seen).filter(isKeyType);
  if (seen.length > 0 || !Number.isNaN(column.presence)) return seen;
  const declared = toKeyType({ type: column.type });
  return declared === undefined ? [] : [declared];
}

/** The DynamoDB type of a key with this declared type; undefined: it cannot be a key. */
export function toKeyType({ type, holds }: Pick<DeclaredColumn, 'type' | 'holds'>): KeyType | undefined {
  return type.kind === 'text' ? (holds ?? 'S') : keyTypeFor(type);
}

/** Whether DynamoDB stores all of a key's type: it knows that a key is a number, but not that it is an integer, or a date. */
export function isPlainKeyType({ type, declared }: Pick<DeclaredColumn, 'type' | 'declared'>): boolean {
  if (declared === undefined) return !('stored' in type);
  return declared.modifiers.length === 0 && PLAIN_KEY_TYPES.has(declared.name);
}

const PLAIN_KEY_TYPES: ReadonlySet<string> = new Set(['text', 'numeric', 'bytea']);

function isKeyType(type: string): type is KeyType {
  return type === 'S' || type === 'N' || type === 'B';
}
