import { createSchemaStore, type SchemaStore } from '../catalog/schemas/schema-store.ts';
import type { Options } from '../connstring/properties.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** The schemas of the folder that Location names; temporary ones where it names none. */
export function schemaStoreFor({ location, generateSchemaFiles }: Options, ports: Ports): SchemaStore {
  const { folders } = ports;
  if (location === undefined) {
    if (generateSchemaFiles !== 'Never')
      throw new DriverError(
        'CONN_BAD_VALUE',
        `GenerateSchemaFiles=${generateSchemaFiles} needs Location, the folder to write to`,
      );
    return createSchemaStore({ now: () => ports.now() });
  }
  if (folders === undefined)
    throw new DriverError('CONN_BAD_VALUE', 'Location is set, but files are out of reach here');
  return createSchemaStore({
    folder: { path: location, files: folders },
    now: () => ports.now(),
    warn: (message) => ports.warn(message),
  });
}
