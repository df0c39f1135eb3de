import type { SystemSchema } from './system-table.ts';

/** The schemas of system tables. */
export const SYSTEM_SCHEMA_NAMES = [
  'information_schema',
  'pg_catalog',
  'sys',
] as const satisfies SystemSchema[];

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(SYSTEM_SCHEMA_NAMES);

/** Whether a schema contains system tables. */
export function isSystemSchema(schema: string): boolean {
  return SYSTEM_SCHEMAS.has(schema);
}
