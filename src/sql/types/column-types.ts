import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';
import { COLUMN_KINDS } from '../../catalog/schemas/column-types.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { TypeName } from './types.ts';

/** PostgreSQL's types of a table's columns. */
const POSTGRES_TYPES = {
  text: 'text',
  bigint: 'bigint',
  hugeint: 'numeric',
  decimal: 'numeric',
  double: 'double precision',
  boolean: 'boolean',
  blob: 'bytea',
  json: 'json',
} as const satisfies Record<SqlType['kind'], TypeName>;

/** DuckDB's, without the scale of a decimal. */
const DUCKDB_TYPES = {
  text: 'VARCHAR',
  bigint: 'BIGINT',
  hugeint: 'HUGEINT',
  decimal: 'DECIMAL',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  blob: 'BLOB',
  json: 'JSON',
} as const satisfies Record<SqlType['kind'], string>;

/** PostgreSQL's name of a column's type. */
export function postgresColumnType({ kind }: SqlType): TypeName {
  return POSTGRES_TYPES[kind];
}

/** The type of a stub's column in DuckDB. */
export function toDuckdbType(type: SqlType): string {
  return type.kind === 'decimal' ? `DECIMAL(38,${type.scale})` : DUCKDB_TYPES[type.kind];
}

/** The one DynamoDB type whose values a column of a scalar SQL type holds; undefined for JSON columns. */
export function storedAttributeType(column: ColumnDef): AttributeType | undefined {
  // A text column holds numbers where no SQL type holds their digits, or where NumberMode=String asks for it.
  return column.type.kind === 'text' && column.seen.N !== undefined
    ? 'N'
    : COLUMN_KINDS[column.type.kind].attribute;
}
