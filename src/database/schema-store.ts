import { createSchemaStore, type SchemaStore } from '../catalog/schemas/schema-store.ts';
import type { Options } from '../connstring/properties.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';

/** The schemas in the folder of Location, or temporary ones without it. */
export function openSchemaStore({ location, generateSchemaFiles }: Options, ports: Ports): SchemaStore {
  const { folders } = ports;
  if (location === undefined) {
    if (generateSchemaFiles !== 'Never')
      throw new DriverError(
        'CONN_BAD_VALUE',
        `GenerateSchemaFiles=${generateSchemaFiles} requires Location, the folder to write to`,
      );
    return createSchemaStore({ now: () => ports.now() });
  }
  if (folders === undefined)
    throw new DriverError('CONN_BAD_VALUE', 'Location is set, but this host has no access to files');
  return createSchemaStore({
    folder: { path: location, files: folders },
    now: () => ports.now(),
    warn: (message) => ports.warn(message),
  });
}
