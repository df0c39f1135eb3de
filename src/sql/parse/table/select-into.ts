import type { SelectStmt } from 'libpg-query';
import { DriverError } from '../../../core/errors.ts';
import { isTableSchema } from '../../types/table-schema.ts';
import type { TableStatement } from './table-statement.ts';

/** `SELECT … INTO name` as CREATE TABLE AS; undefined for other queries. */
export function readSelectInto(
  { intoClause, ...query }: SelectStmt,
  { position, text }: { readonly position: (location: number) => number; readonly text: string },
): Extract<TableStatement, { kind: 'create-table-as' }> | undefined {
  const target = intoClause?.rel;
  if (target === undefined) return undefined;
  const { relname = '', schemaname: schema, relpersistence, location = 0 } = target;
  if (relpersistence !== undefined && relpersistence !== 'p')
    throw new DriverError('SQL_NOT_SUPPORTED', 'a temporary or unlogged table is not supported', {
      position: position(location),
    });
  const name = schema === undefined || isTableSchema(schema) ? relname : `${schema}.${relname}`;
  return {
    kind: 'create-table-as',
    table: { value: name, position: position(location) },
    ifNotExists: false,
    names: [],
    key: undefined,
    indexes: [],
    options: [],
    query: { text, parsed: query },
    withData: true,
  };
}
