import { formatColumnType, keyTypeFor } from './column-types.ts';
import { toDeclaredIndex } from './declared-keys.ts';
import type { DescribedTable } from '../describe.ts';
import {
  type ColumnDef,
  ITEM_COLUMN,
  type KeyAttribute,
  type TableDef,
  WHOLE_ITEM,
  keyAttributes,
} from '../table-def.ts';
import { schemaFileError } from './json-reader.ts';
import type { DeclaredColumn, TableSchema } from './schema-file.ts';

/** A table with the columns of its schema file. Key attributes that the file omits are hidden columns. */
export function toDeclaredTable(
  described: DescribedTable,
  { columns }: TableSchema,
  file: string | undefined,
): TableDef {
  const keys = keyAttributes(described.key);
  const own = columns.filter(({ name }) => name !== ITEM_COLUMN);
  for (const [at, column] of own.entries()) {
    const key = keys.find((each) => column.path.length === 1 && each.name === column.path[0]);
    if (key !== undefined && !canHoldKey(column, key))
      throw schemaFileError(
        file ?? described.name,
        `/columns/${at}/type`,
        `is ${formatColumnType(column.type)}, but ${key.name} is a key of type ${key.type}; expected ${KEY_TYPES[key.type]}`,
      );
  }
  const missing = keys.filter(
    (key) => !own.some(({ path, name }) => name === key.name || (path.length === 1 && path[0] === key.name)),
  );
  return {
    ...described,
    columns: [
      ...own.map((column) => toColumnDef(column, keys)),
      ...missing.map((key): ColumnDef => ({
        name: key.name,
        path: [key.name],
        type: { kind: key.type === 'N' ? 'decimal' : key.type === 'B' ? 'blob' : 'text', scale: 0 },
        seen: {},
        presence: 1,
        hidden: true,
      })),
      WHOLE_ITEM,
    ],
    sampled: { items: 0, readCapacity: 0 },
    schemaFile: file ?? described.name,
  };
}

const KEY_TYPES = {
  S: 'text, or a date or timestamp stored as text',
  N: 'bigint, numeric(38,s), hugeint, double precision, or text with "holds": "N"',
  B: 'bytea',
} as const;

function toColumnDef(
  { name, path, type, declared, holds, hidden, elements }: DeclaredColumn,
  keys: readonly KeyAttribute[],
): ColumnDef {
  const inKey = path.length === 1 && keys.some((key) => key.name === path[0]);
  return {
    name,
    path,
    type,
    ...(declared === undefined ? {} : { declared }),
    seen: holds === undefined ? {} : { [holds]: 1 },
    presence: inKey ? 1 : Number.NaN,
    ...(hidden === undefined ? {} : { hidden }),
    ...(elements === undefined ? {} : { elements }),
  };
}

function canHoldKey({ type, holds }: DeclaredColumn, key: KeyAttribute): boolean {
  if (type.kind === 'text') return key.type === (holds ?? 'S');
  return type.kind === 'json' || keyTypeFor(type) === key.type;
}

/** The present columns of a table as a schema. */
export function toTableSchema({
  name,
  key,
  indexes,
  columns,
}: Pick<TableDef, 'name' | 'key' | 'indexes' | 'columns'>): TableSchema {
  return {
    kind: 'table',
    name,
    table: name,
    keys: { key, indexes: indexes.map(toDeclaredIndex) },
    columns: columns
      .filter((column) => column !== WHOLE_ITEM)
      .map((column) => ({
        name: column.name,
        path: column.path,
        type: column.type,
        ...(column.declared === undefined ? {} : { declared: column.declared }),
        ...(column.type.kind === 'text' && column.seen.N !== undefined ? { holds: 'N' as const } : {}),
        ...(column.hidden === undefined ? {} : { hidden: column.hidden }),
        ...(column.elements === undefined ? {} : { elements: column.elements }),
      })),
  };
}
