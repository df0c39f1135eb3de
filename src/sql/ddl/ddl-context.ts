import type { TableDescription } from '../../catalog/describe.ts';
import { DriverError } from '../../core/errors.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import type { Located } from '../parse/table/table-statement.ts';
import { findSystemTable } from '../system/registry.ts';

/** What the implementation of a DDL statement needs. */
export interface DdlContext {
  readonly parsed: ParsedCommand;
  readonly context: StatementContext;
  readonly signal: AbortSignal;
}

/** A table as DescribeTable returns it, with the name that requests must use. */
export type Table = TableDescription & { readonly TableName: string };

/** Throws SQL_READ_ONLY if the session must not change tables. */
export function assertWritable(command: string, { session }: StatementContext, position = 1): void {
  if (session.readOnly)
    throw new DriverError('SQL_READ_ONLY', `cannot execute ${command} on a read-only connection`, {
      position,
    });
}

/** Describes the table that a statement names; undefined if it does not exist. Throws if it is not a DynamoDB table. */
export async function findTable(
  { value, position }: Located<string>,
  { context: { catalog, session }, signal }: DdlContext,
): Promise<Table | undefined> {
  if (findSystemTable(undefined, value) !== undefined)
    throw new DriverError('CATALOG_WRONG_KIND', `"${value}" is a system table`, {
      position,
      remedy: 'Name a table of DynamoDB.',
    });
  if ((await catalog.schemas.find(value))?.schema.kind === 'view')
    throw new DriverError('CATALOG_WRONG_KIND', `"${value}" is not a table`, {
      position,
      remedy: 'Use CREATE OR REPLACE VIEW to change a view, and DROP VIEW to remove it.',
    });
  catalog.forget(value);
  try {
    const { name } = await catalog.described(value, signal);
    const table = await session.database.client.describeTable(name, signal);
    return table && { ...table, TableName: name };
  } catch (error) {
    if (error instanceof DriverError && error.code === 'CATALOG_UNKNOWN_TABLE') return undefined;
    throw error;
  }
}

/** Like findTable, but throws CATALOG_UNKNOWN_TABLE if the table does not exist. */
export async function requireTable(table: Located<string>, ddl: DdlContext): Promise<Table> {
  const found = await findTable(table, ddl);
  if (found !== undefined) return found;
  const { value, position } = table;
  // The error of the catalog has the similar names.
  const error = await ddl.context.catalog.described(value, ddl.signal).then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof DriverError ? thrown : undefined),
  );
  throw new DriverError('CATALOG_UNKNOWN_TABLE', error?.message ?? `relation "${value}" does not exist`, {
    position,
    ...(error?.candidates === undefined ? {} : { candidates: error.candidates }),
  });
}
