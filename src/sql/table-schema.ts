const SCHEMAS: ReadonlySet<string> = new Set(['public', 'dynamodb']);

/** The schema that tables are listed under. */
export const TABLE_SCHEMA = 'public';

/** Whether a table name may be qualified with this. */
export function isTableSchema(schema: string): boolean {
  return SCHEMAS.has(schema);
}
