import { toTableSchema } from '../../catalog/schemas/declared-table.ts';
import { DriverError } from '../../core/errors.ts';
import type { DdlContext } from '../ddl/ddl-context.ts';
import type { Value } from '../types/value.ts';
import type { Arguments } from './arguments.ts';

/** The procedure CreateSchema: writes the schema file of a table to the folder Location. */
export async function callCreateSchema(
  args: Arguments,
  { context: { catalog }, signal }: DdlContext,
): Promise<readonly Value[]> {
  const { schemas } = catalog;
  if (schemas.folder === undefined)
    throw new DriverError('CONN_BAD_VALUE', 'CreateSchema requires the connection property Location', {
      remedy: 'Set Location in the connection string to the folder of schema files.',
    });
  const table = await catalog.sampled(args.get('TableName')?.get(1) ?? '', signal);
  const stored = (await schemas.all()).find(({ schema }) => schema.name === table.name);
  if (stored?.file !== undefined)
    throw new DriverError(
      'CATALOG_DUPLICATE_TABLE',
      `schema file for "${table.name}" already exists: ${stored.file}`,
      { remedy: 'Remove the file first.' },
    );
  const file = await schemas.save(toTableSchema(table), false, args.get('FileName')?.get(1));
  catalog.forget(table.name);
  return ['Success', file ?? null];
}
