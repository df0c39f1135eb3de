import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { INFORMATION_SCHEMA } from './information-schema.ts';
import { PG_CATALOG } from './pg-catalog.ts';
import { isSystemSchema } from './schemas.ts';
import { SYS_SESSION } from './sys-session.ts';
import { SYS_TABLES } from './sys-tables.ts';
import type { SystemTable } from './system-table.ts';

/** Every system table. */
export const SYSTEM_TABLES: readonly SystemTable[] = [
  ...SYS_TABLES,
  ...SYS_SESSION,
  ...INFORMATION_SCHEMA,
  ...PG_CATALOG,
];

/** The tables that can be named without a schema, by name. */
const UNQUALIFIED: ReadonlyMap<string, SystemTable> = new Map(
  SYSTEM_TABLES.filter(({ schema }) => schema !== 'information_schema').map((table) => [table.name, table]),
);
const QUALIFIED: ReadonlyMap<string, SystemTable> = new Map(
  SYSTEM_TABLES.map((table) => [`${table.schema}.${table.name}`, table]),
);

/** Finds a system table by name; throws CATALOG_UNKNOWN_TABLE if the schema is a system schema without that table. */
export function findSystemTable(
  schema: string | undefined,
  name: string,
  position?: () => number,
): SystemTable | undefined {
  if (schema === undefined) return UNQUALIFIED.get(name) ?? UNQUALIFIED.get(name.toLowerCase());
  const [schemaKey, nameKey] = [schema.toLowerCase(), name.toLowerCase()];
  if (!isSystemSchema(schemaKey)) return undefined;
  const table = QUALIFIED.get(`${schemaKey}.${nameKey}`);
  if (table !== undefined) return table;
  const names = SYSTEM_TABLES.filter((each) => each.schema === schemaKey).map((each) => each.name);
  throw new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${schema}.${name}" does not exist`, {
    ...(position === undefined ? {} : { position: position() }),
    candidates: nearest(nameKey, names),
    remedy: `Use one of the tables of ${schemaKey}: ${names.join(', ')}.`,
  });
}
