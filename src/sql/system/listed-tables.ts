import type { DescribedTable } from '../../catalog/describe.ts';
import { describesTable } from '../../catalog/schemas/schema-file.ts';
import { type TableDef, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { isTableSchema, TABLE_SCHEMA } from '../types/table-schema.ts';
import type { SystemContext } from './system-table.ts';

/** How many tables are described at once, and from how many on a word is said about it. */
const CONCURRENCY = 8;
const MAX_SILENT_REQUESTS = 20;

/** A column of a table or view, as system tables show it. */
export interface ListedColumn {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly type: string;
  /** 1-based. */
  readonly position: number;
  readonly scale: number | null;
  readonly isHidden: boolean;
  readonly isKey: boolean;
}

export interface ListedTable {
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly ListedColumn[];
}

/** Whether the user wants to see a schema. */
export function isBrowsable({ facts }: SystemContext, schema: string): boolean {
  const { browsableSchemas } = facts;
  if (browsableSchemas === undefined) return true;
  const wanted = browsableSchemas.map((each) => each.toLowerCase());
  return wanted.some((each) => each === schema || (schema === TABLE_SCHEMA && isTableSchema(each)));
}

/** The names of the tables that the statement asks about. */
export async function listTableNames(context: SystemContext): Promise<readonly string[]> {
  const { catalog, tableFilter: wanted, signal } = context;
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  if (wanted.exact !== undefined) return (await describeTables(context)).map(({ name }) => name);
  return (await catalog.tableNames(signal)).filter((name) => wanted.admits(name));
}

/** The views that the statement asks about. */
export async function listViewNames(context: SystemContext): Promise<readonly string[]> {
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  return (await context.catalog.schemas.all())
    .filter(({ schema }) => !describesTable(schema) && context.tableFilter.admits(schema.name))
    .map(({ schema }) => schema.name);
}

/** Tables, then views, by name alone. */
export async function listTablesAndViews(
  context: SystemContext,
): Promise<readonly Pick<ListedTable, 'name' | 'isView'>[]> {
  return [
    ...(await listTableNames(context)).map((name) => ({ name, isView: false })),
    ...(await listViewNames(context)).map((name) => ({ name, isView: true })),
  ];
}

/** Those tables without their columns: a request for each that is not known yet. */
export function describeTables(context: SystemContext): Promise<readonly DescribedTable[]> {
  return loadEachTable(context, (name) => context.catalog.described(name, context.signal));
}

/** Those tables with their columns: each that is not known yet is sampled. */
export async function listTablesWithColumns(context: SystemContext): Promise<readonly ListedTable[]> {
  const tables = (await loadEachTable(context, (name) => context.catalog.table(name, context.signal))).map(
    toListedTable,
  );
  const views = await listViewNames(context);
  const withColumns: ListedTable[] = [];
  for (const name of views) {
    const columns = await skipUnreadable(context, name, () => context.viewColumns(name));
    if (columns === undefined) continue;
    withColumns.push({
      name,
      isView: true,
      columns: columns.map((column, i) => ({
        ...column,
        position: i + 1,
        scale: null,
        isHidden: false,
        isKey: false,
      })),
    });
  }
  return [...tables, ...withColumns];
}

function toListedTable({ name, key, columns }: TableDef): ListedTable {
  const keys = new Set(keyNames(key));
  return {
    name,
    isView: false,
    columns: columns.map((column, i) => ({
      name: column.name,
      type: postgresColumnType(column.type),
      position: i + 1,
      scale: column.type.kind === 'decimal' ? column.type.scale : null,
      isHidden: column.hidden === true,
      isKey: column.path.length === 1 && keys.has(column.path[0]),
    })),
  };
}

/** Asks about each table; what has gone or may not be described is left out. */
async function loadEachTable<T extends { readonly name: string }>(
  context: SystemContext,
  ask: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const { catalog, tableFilter: wanted, warn, signal } = context;
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  const listed = wanted.exact ?? (await catalog.tableNames(signal));
  const names = listed.filter((name) => wanted.admits(name));
  if (names.length > MAX_SILENT_REQUESTS)
    warn(
      `${names.length} tables are described for this statement; a condition that names the table asks for one only`,
    );
  const found = new Map<string, T>();
  await inParallel(names, CONCURRENCY, async (name) => {
    const table = await skipUnreadable(context, name, () => ask(name));
    // A name in another case means the table in FROM, but not in a condition.
    if (table?.name === name) found.set(name, table);
  });
  return names.flatMap((name) => found.get(name) ?? []);
}

async function skipUnreadable<T>(
  { warn }: SystemContext,
  name: string,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DriverError) || !SKIPPED_ERRORS.has(error.code)) throw error;
    if (error.code !== 'CATALOG_UNKNOWN_TABLE') warn(`"${name}" is left out: ${error.message}`);
    return undefined;
  }
}

/** A table that cannot be described must not hide the others. */
const SKIPPED_ERRORS: ReadonlySet<string> = new Set([
  'AUTH_DENIED',
  'CATALOG_UNKNOWN_TABLE',
  'CATALOG_AMBIGUOUS_TABLE',
  'CATALOG_VIEW',
  'CATALOG_SCHEMA_FILE',
  'SQL_UNKNOWN_COLUMN',
  'SQL_UNKNOWN_FUNCTION',
  'SQL_SYNTAX',
  'SQL_BIND',
]);
