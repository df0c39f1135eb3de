import type { RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { isTableSchema } from '../types/table-schema.ts';
import type { ExecutionContext } from '../exec/context.ts';
import type { ParsedText } from '../parse/parse.ts';

/** What the statement's expressions call the table. */
export function aliasOf(range: RangeVar | undefined): string {
  return range?.alias?.aliasname ?? range?.relname ?? '';
}

/** The name of the table that a statement writes to, as the catalog takes it. */
export function targetName({ schemaname: schema, relname: name = '' }: RangeVar = {}): string {
  return schema === undefined || isTableSchema(schema) ? name : `${schema}.${name}`;
}

/** The table that a statement writes to. */
export async function resolveTarget(
  range: RangeVar | undefined,
  verb: string,
  parsed: ParsedText,
  { catalog, writing }: ExecutionContext,
  signal: AbortSignal,
): Promise<TableDef> {
  // Looked for only where it is told: in a long statement that takes a while.
  const place = (): { readonly position: number } => ({ position: parsed.position(range?.location ?? 0) });
  if (writing.readOnly)
    throw new DriverError('SQL_READ_ONLY', `${verb} writes, and the connection is Readonly.`, place());
  const name = targetName(range);
  const table = await catalog.table(name, signal);
  if (table.child !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${verb}: the rows of ${name} are elements of lists: write the lists of ${table.child.parent.name}.`,
      place(),
    );
  if (table.through !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${verb}: ${name} is an index, and DynamoDB writes to tables: name ${table.name}.`,
      place(),
    );
  return table;
}
