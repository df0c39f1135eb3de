import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';
import { storedAttribute } from '../../catalog/schemas/column-types.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { TypeName } from './types.ts';

/** PostgreSQL's types of a table's columns. */
const POSTGRES_TYPES = {
  text: 'text',
  bigint: 'bigint',
  hugeint: 'numeric',
  decimal: 'numeric',
  number: 'numeric',
  double: 'double precision',
  boolean: 'boolean',
  blob: 'bytea',
  json: 'json',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  date: 'date',
} as const satisfies Record<SqlType['kind'], TypeName>;

/** DuckDB's, without the scale of a decimal. */
const DUCKDB_TYPES = {
  text: 'VARCHAR',
  bigint: 'BIGINT',
  hugeint: 'HUGEINT',
  decimal: 'DECIMAL',
  number: 'NUM',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  blob: 'BLOB',
  json: 'JSON',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
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
  // NumberMode=String makes text columns of numbers.
  return column.type.kind === 'text' && column.seen.N !== undefined ? 'N' : storedAttribute(column.type);
}
