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

/** Those that need no schema before their names, by name. */
const BARE: ReadonlyMap<string, SystemTable> = new Map(
  SYSTEM_TABLES.filter(({ schema }) => schema !== 'information_schema').map((table) => [table.name, table]),
);
const QUALIFIED: ReadonlyMap<string, SystemTable> = new Map(
  SYSTEM_TABLES.map((table) => [`${table.schema}.${table.name}`, table]),
);

/** The system table that a name means, if it means one. */
export function findSystemTable(
  schema: string | undefined,
  name: string,
  position?: () => number,
): SystemTable | undefined {
  if (schema === undefined) return BARE.get(name) ?? BARE.get(name.toLowerCase());
  const [home, wanted] = [schema.toLowerCase(), name.toLowerCase()];
  if (!isSystemSchema(home)) return undefined;
  const found = QUALIFIED.get(`${home}.${wanted}`);
  if (found !== undefined) return found;
  const names = SYSTEM_TABLES.filter((table) => table.schema === home).map((table) => table.name);
  throw new DriverError('CATALOG_UNKNOWN_TABLE', `There is no table ${name} in ${schema}.`, {
    ...(position === undefined ? {} : { position: position() }),
    candidates: nearest(wanted, names),
    remedy: `${schema} has ${names.join(', ')}.`,
  });
}
