import { DEFAULT_STORED_TIME } from '../../src/catalog/stored-time.ts';
import type { ColumnDef, SqlType } from '../../src/catalog/table-def.ts';
import type { AttributeType } from '../../src/dynamo/attribute-value.ts';

/** A column of a plain attribute. */
export function column(name: string, kind: SqlType['kind'], more: Partial<ColumnDef> = {}): ColumnDef {
  return { name, path: [name], type: toType(kind), seen: { [wire(kind)]: 1 }, presence: 1, ...more };
}

/** The hidden column with the whole item. */
export const itemColumn: ColumnDef = { ...column('$item', 'json'), hidden: true };

function toType(kind: SqlType['kind']): SqlType {
  switch (kind) {
    case 'decimal':
      return { kind, scale: 2 };
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return { kind, stored: DEFAULT_STORED_TIME[kind] };
    case 'bigint':
    case 'hugeint':
    case 'number':
    case 'double':
    case 'text':
    case 'boolean':
    case 'blob':
    case 'json':
      return { kind };
  }
}

function wire(kind: SqlType['kind']): AttributeType {
  switch (kind) {
    case 'bigint':
    case 'hugeint':
    case 'decimal':
    case 'number':
    case 'double':
      return 'N';
    case 'text':
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return 'S';
    case 'boolean':
      return 'BOOL';
    case 'blob':
      return 'B';
    case 'json':
      return 'M';
  }
}
