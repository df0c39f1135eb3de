import { schemaOfTable } from '../../catalog/schemas/declared-table.ts';
import { DriverError } from '../../core/errors.ts';
import type { DdlContext } from '../ddl/ddl-context.ts';
import type { Value } from '../types/value.ts';
import type { Arguments } from './arguments.ts';

/** The procedure CreateSchema: the schema file of one table, in the folder of the connection. */
export async function callCreateSchema(
  given: Arguments,
  { context: { catalog }, signal }: DdlContext,
): Promise<readonly Value[]> {
  const { schemas } = catalog;
  if (schemas.folder === undefined)
    throw new DriverError('CONN_BAD_VALUE', 'There is no folder to write schema files to', {
      remedy: 'Set Location in the connection string.',
    });
  const table = await catalog.sampled(given.get('TableName')?.get(1) ?? '', signal);
  const there = (await schemas.all()).find(({ schema }) => schema.name === table.name);
  if (there?.file !== undefined)
    throw new DriverError('CATALOG_DUPLICATE_TABLE', `${there.file} describes "${table.name}" already`, {
      remedy: 'Remove the file first.',
    });
  const file = await schemas.save(schemaOfTable(table), false, given.get('FileName')?.get(1));
  catalog.forget(table.name);
  return ['Success', file ?? null];
}
