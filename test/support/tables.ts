import {
  ITEM_COLUMN,
  type ColumnDef,
  type IndexDef,
  type KeyAttribute,
  type KeySchema,
  type TableDef,
} from '../../src/catalog/table-def.ts';
import { column, itemColumn } from './columns.ts';

/** A key from `name:type` strings: `key('pk:S', 'sk:N')`. Arrays are keys of several attributes. */
export function key(partition: string | readonly string[], sort: string | readonly string[] = []): KeySchema {
  return { partition: keyAttributes(partition), sort: keyAttributes(sort) };
}

function keyAttributes(words: string | readonly string[]): KeyAttribute[] {
  return [words].flat().map(keyAttribute);
}

function keyAttribute(word: string): KeyAttribute {
  const [name = '', type] = word.split(':');
  if (type !== 'S' && type !== 'N' && type !== 'B')
    throw new TypeError(`A key attribute is written name:S, not ${word}`);
  return { name, type };
}

export function index(name: string, schema: KeySchema, more: Partial<IndexDef> = {}): IndexDef {
  return { name, kind: 'global', key: schema, projection: 'all', active: true, ...more };
}

/** A table with these columns and the hidden item. By default, its key is `pk`, `sk`. */
export function table(columns: readonly ColumnDef[], more: Partial<TableDef> = {}): TableDef {
  const schema = more.key ?? key('pk:S', 'sk:S');
  const keys = [...schema.partition, ...schema.sort].map(({ name, type }) =>
    column(name, type === 'S' ? 'text' : type === 'N' ? 'bigint' : 'blob'),
  );
  return {
    name: 't',
    status: 'ACTIVE',
    key: schema,
    indexes: [],
    columns: [...keys, ...columns.filter(({ name }) => name !== ITEM_COLUMN), itemColumn],
    itemCount: 1000,
    sizeBytes: 100_000,
    billing: 'PAY_PER_REQUEST',
    sampled: { items: 100, readCapacity: 1 },
    ...more,
  };
}
