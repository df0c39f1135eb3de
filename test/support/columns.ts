import type { ColumnDef, SqlType } from '../../src/catalog/table-def.ts';
import type { AttributeType } from '../../src/dynamo/attribute-value.ts';

/** A column of a plain attribute. */
export function column(name: string, kind: SqlType['kind'], more: Partial<ColumnDef> = {}): ColumnDef {
  const type: SqlType = kind === 'decimal' ? { kind, scale: 2 } : { kind };
  return { name, path: [name], type, seen: { [wire(kind)]: 1 }, presence: 1, ...more };
}

/** The hidden column with the whole item. */
export const itemColumn: ColumnDef = { ...column('$item', 'json'), hidden: true };

function wire(kind: SqlType['kind']): AttributeType {
  switch (kind) {
    case 'bigint':
    case 'hugeint':
    case 'decimal':
    case 'double':
      return 'N';
    case 'text':
      return 'S';
    case 'boolean':
      return 'BOOL';
    case 'blob':
      return 'B';
    case 'json':
      return 'M';
  }
}
