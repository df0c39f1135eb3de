import { type CommandResult, emptyResult } from '../exec/command.ts';
import type { TableStatement } from '../parse/table/table-statement.ts';
import { assertWritable, type DdlContext, findTable, requireTable } from './ddl-context.ts';
import { retryWhileBusy, waitUntilDone } from './wait.ts';

type DropTable = Extract<TableStatement, { kind: 'drop-table' }>;

/** Deletes tables with all their items. Deletes none of them if one does not exist. */
export async function dropTables(
  { tables, ifExists, waits }: DropTable,
  ddl: DdlContext,
): Promise<CommandResult> {
  const command = 'DROP TABLE';
  const { context, signal } = ddl;
  assertWritable(command, context, tables[0]?.position);
  const names = new Set<string>();
  for (const table of tables) {
    const found = ifExists ? await findTable(table, ddl) : await requireTable(table, ddl);
    if (found === undefined) context.session.warn(`table "${table.value}" does not exist, skipping`);
    else names.add(found.TableName);
  }
  for (const name of names) {
    await retryWhileBusy(command, ddl, waits, () =>
      context.session.database.client.admin.delete(name, signal),
    );
    context.catalog.forget(name);
  }
  for (const name of names) {
    if (waits)
      await waitUntilDone(name, ddl, (table) =>
        table === undefined ? undefined : `table "${name}" is ${table.TableStatus ?? 'DELETING'}`,
      );
    context.catalog.forget(name);
    await forgetSchema(name, ddl);
  }
  return emptyResult(command);
}

/** Removes the saved columns of the table, but not a schema file, which the user may have edited. */
async function forgetSchema(name: string, { context }: DdlContext): Promise<void> {
  const { schemas } = context.catalog;
  const stored = (await schemas.all()).find(({ schema }) => schema.name === name && schema.kind === 'table');
  if (stored === undefined) return;
  if (stored.file === undefined) await schemas.remove(stored);
  else context.session.warn(`the schema file ${stored.file} still describes "${name}"`);
}
