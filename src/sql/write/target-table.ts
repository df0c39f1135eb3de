import type { RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { isTableSchema } from '../types/table-schema.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedText } from '../parse/parse.ts';

/** The name by which the statement's expressions refer to the table. */
export function resolveAlias(range: RangeVar | undefined): string {
  return range?.alias?.aliasname ?? range?.relname ?? '';
}

/** The name of the table that a statement writes to, in the catalog's spelling. */
export function formatTargetName({ schemaname: schema, relname: name = '' }: RangeVar = {}): string {
  return schema === undefined || isTableSchema(schema) ? name : `${schema}.${name}`;
}

/** Resolves the table that a statement writes to. Throws if the connection is read-only or the relation is not a table. */
export async function resolveTarget(
  range: RangeVar | undefined,
  verb: string,
  parsed: ParsedText,
  { catalog, session }: StatementContext,
  signal: AbortSignal,
): Promise<TableDef> {
  // Computed only for an error, because it is slow in a long statement.
  const locate = (): { readonly position: number } => ({ position: parsed.position(range?.location ?? 0) });
  if (session.readOnly)
    throw new DriverError(
      'SQL_READ_ONLY',
      `cannot execute ${verb} in a read-only transaction: the connection has Readonly=true`,
      locate(),
    );
  const name = formatTargetName(range);
  const table = await catalog.table(name, signal).catch(async (error: unknown) => {
    if ((await catalog.view(name, signal)) === undefined) throw error;
    throw new DriverError('CATALOG_WRONG_KIND', `cannot execute ${verb} on view "${name}"`, {
      ...locate(),
      remedy: 'Write to the table that the view reads.',
    });
  });
  if (table.child !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `cannot execute ${verb} on child table "${name}": its rows are elements of lists in "${table.child.parent.name}"`,
      { ...locate(), remedy: `Change the lists in "${table.child.parent.name}" instead.` },
    );
  if (table.through !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `cannot execute ${verb} on index "${name}"`, {
      ...locate(),
      remedy: `Write to its table "${table.name}" instead.`,
    });
  return table;
}
