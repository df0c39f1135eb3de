import { type CommandResult, emptyResult } from '../exec/command.ts';
import type { TableStatement } from '../parse/table/table-statement.ts';
import {
  findTable,
  assertWritable,
  requireTable,
  waitUntilDone,
  retryWhileBusy,
  type DdlContext,
} from './ddl-context.ts';

type DropTable = Extract<TableStatement, { kind: 'drop-table' }>;

/** Removes tables with all their items. Nothing is removed where one of them is not there. */
export async function dropTables(
  { tables, ifExists, waits }: DropTable,
  work: DdlContext,
): Promise<CommandResult> {
  const what = 'DROP TABLE';
  const { context, signal } = work;
  assertWritable(what, context, tables[0]?.position);
  const names = new Set<string>();
  for (const table of tables) {
    const found = ifExists ? await findTable(table, work) : await requireTable(table, work);
    if (found === undefined) context.session.warn(`There is no table "${table.value}": nothing is dropped`);
    else names.add(found.TableName);
  }
  for (const name of names) {
    await retryWhileBusy(what, work, waits, () => context.session.database.client.admin.delete(name, signal));
    context.catalog.forget(name);
  }
  for (const name of names) {
    if (waits)
      await waitUntilDone(name, work, (table) =>
        table === undefined ? undefined : `Table ${name} is ${table.TableStatus ?? 'there'}`,
      );
    context.catalog.forget(name);
    await forgetSchema(name, work);
  }
  return emptyResult(what);
}

/** What was said of its columns goes with the table, unless it is in a file: that may be somebody's work. */
async function forgetSchema(name: string, { context }: DdlContext): Promise<void> {
  const { schemas } = context.catalog;
  const stored = (await schemas.all()).find(({ schema }) => schema.name === name && schema.kind === 'table');
  if (stored === undefined) return;
  if (stored.file === undefined) await schemas.remove(stored);
  else context.session.warn(`${stored.file} still describes "${name}"`);
}
