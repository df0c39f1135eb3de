import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';

/** The one DynamoDB type whose values a column of a scalar SQL type holds; undefined for JSON columns. */
export function wireTypeOf(column: ColumnDef): AttributeType | undefined {
  switch (column.type.kind) {
    case 'bigint':
    case 'hugeint':
    case 'decimal':
    case 'double':
      return 'N';
    case 'boolean':
      return 'BOOL';
    case 'blob':
      return 'B';
    case 'text':
      // A text column holds numbers where no SQL type holds their digits, or where NumberMode=String asks for it.
      return column.seen.N === undefined ? 'S' : 'N';
    case 'json':
      return undefined;
  }
}
