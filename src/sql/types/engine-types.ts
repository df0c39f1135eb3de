import type { SqlType } from '../../catalog/table-def.ts';

/** The type of a stub's column in DuckDB. */
export function engineType(type: SqlType): string {
  switch (type.kind) {
    case 'bigint':
      return 'BIGINT';
    case 'hugeint':
      return 'HUGEINT';
    case 'decimal':
      return `DECIMAL(38,${type.scale})`;
    case 'double':
      return 'DOUBLE';
    case 'text':
      return 'VARCHAR';
    case 'boolean':
      return 'BOOLEAN';
    case 'blob':
      return 'BLOB';
    case 'json':
      return 'JSON';
  }
}

const POSTGRES_NAMES: ReadonlyMap<string, string> = new Map([
  ['BOOLEAN', 'boolean'],
  ['TINYINT', 'smallint'],
  ['SMALLINT', 'smallint'],
  ['UTINYINT', 'smallint'],
  ['INTEGER', 'integer'],
  ['USMALLINT', 'integer'],
  ['BIGINT', 'bigint'],
  ['UINTEGER', 'bigint'],
  // PostgreSQL has no wider integer than bigint, so what does not fit there is numeric.
  ['UBIGINT', 'numeric'],
  ['HUGEINT', 'numeric'],
  ['UHUGEINT', 'numeric'],
  ['BIGNUM', 'numeric'],
  ['FLOAT', 'real'],
  ['DOUBLE', 'double precision'],
  ['VARCHAR', 'text'],
  ['BLOB', 'bytea'],
  ['BIT', 'bit varying'],
  ['JSON', 'json'],
  ['UUID', 'uuid'],
  ['DATE', 'date'],
  ['TIME', 'time without time zone'],
  ['TIME_NS', 'time without time zone'],
  ['TIME WITH TIME ZONE', 'time with time zone'],
  ['TIMESTAMP', 'timestamp without time zone'],
  ['TIMESTAMP_S', 'timestamp without time zone'],
  ['TIMESTAMP_MS', 'timestamp without time zone'],
  ['TIMESTAMP_NS', 'timestamp without time zone'],
  ['TIMESTAMP WITH TIME ZONE', 'timestamp with time zone'],
  ['INTERVAL', 'interval'],
  ['"NULL"', 'text'],
  ['SQLNULL', 'text'],
  ['NULL', 'text'],
]);

/** PostgreSQL's name of a DuckDB type; a struct, a map or a list of those is `json`. */
export function postgresTypeName(duckdbTypeText: string): string {
  if (duckdbTypeText.endsWith(']')) {
    const element = postgresTypeName(duckdbTypeText.slice(0, duckdbTypeText.lastIndexOf('[')));
    return element === 'json' || element.endsWith('[]') ? element : `${element}[]`;
  }
  const upper = duckdbTypeText.toUpperCase();
  if (upper.startsWith('DECIMAL')) return 'numeric';
  if (upper.startsWith('ENUM')) return 'text';
  return POSTGRES_NAMES.get(upper) ?? 'json';
}
