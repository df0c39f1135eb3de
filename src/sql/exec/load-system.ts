import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName, quoteString } from '../print/quote.ts';
import { toDuckdbType } from '../types/column-types.ts';
import type { SystemRead } from '../plan/planner.ts';
import type { Cell } from '../system/system-table.ts';
import { collectWantedNames } from './wanted-names.ts';
import type { StatementContext } from './context.ts';
import { resolveViewColumns } from './view-columns.ts';

/** Rows per INSERT. */
const BATCH = 500;

/** Fills the stub of a system table in a schema of the engine. */
export async function loadSystemTable(
  connection: DuckDBConnection,
  schema: string,
  { relation, conditions }: SystemRead,
  context: StatementContext,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { table, columns, alias } = relation;
  const place = `${quoteName(schema)}.${quoteName(alias)}`;
  const definitions = columns.map(
    ({ engineName, column }) => `${quoteName(engineName)} ${toDuckdbType(column.type)}`,
  );
  await connection.run(`CREATE TABLE ${place} (${definitions.join(', ')})`);
  const rows = await table.rows({
    catalog: context.catalog,
    facts: context.session.facts,
    timeZone: context.settings.timeZone,
    viewColumns: (view) => resolveViewColumns(view, context, signal),
    warn: context.session.warn,
    signal,
    tableFilter: collectWantedNames(conditions, table.tableColumn),
    filterFor: (column) => collectWantedNames(conditions, column),
  });
  for (let start = 0; start < rows.length; start += BATCH) {
    const values = rows.slice(start, start + BATCH).map((row) => `(${row.map(formatCell).join(', ')})`);
    await connection.run(`INSERT INTO ${place} VALUES ${values.join(', ')}`);
  }
}

function formatCell(cell: Cell): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'string' ? quoteString(cell) : String(cell);
}
