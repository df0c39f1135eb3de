/** What the database is called. */
export const CATALOG_NAME = 'dynamodb';

/** Whom everything belongs to, so far as SQL asks. */
export const OWNER_NAME = 'dynadbc';

/** The schema that tables are listed under. */
export const TABLE_SCHEMA = 'public';

const SCHEMAS: ReadonlySet<string> = new Set(['public', CATALOG_NAME]);

/** Whether a table name may be qualified with this. */
export function isTableSchema(schema: string): boolean {
  return SCHEMAS.has(schema);
}
