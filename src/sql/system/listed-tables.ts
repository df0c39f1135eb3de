import type { DescribedTable } from '../../catalog/describe.ts';
import { isTableDescription } from '../../catalog/schemas/schema-file.ts';
import { toSqlType } from '../../catalog/declared-type.ts';
import { type ColumnDef, type TableDef, keyNames } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { isTableSchema, TABLE_SCHEMA } from '../types/table-schema.ts';
import type { SystemContext } from './system-table.ts';

const CONCURRENCY = 8;
/** A statement that describes more tables than this gets a warning. */
const MAX_SILENT_REQUESTS = 20;

/** A column of a table or view, as system tables list it. */
export interface ListedColumn {
  readonly name: string;
  /** PostgreSQL's name for its type: the declared one, or that of its values. */
  readonly type: string;
  /** The declared length of a string. */
  readonly length: number | null;
  /** The declared digits of a numeric. */
  readonly precision: number | null;
  /** One-based. */
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

/** Whether BrowsableSchemas includes a schema. */
export function isBrowsable({ facts }: SystemContext, schema: string): boolean {
  const { browsableSchemas } = facts;
  if (browsableSchemas === undefined) return true;
  return browsableSchemas
    .map((each) => each.toLowerCase())
    .some((each) => each === schema || (schema === TABLE_SCHEMA && isTableSchema(each)));
}

/** The names of the tables that the statement needs. */
export async function listTableNames(context: SystemContext): Promise<readonly string[]> {
  const { catalog, tableFilter, signal } = context;
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  if (tableFilter.exact !== undefined) return (await describeTables(context)).map(({ name }) => name);
  return (await catalog.tableNames(signal)).filter((name) => tableFilter.admits(name));
}

/** The names of the views that the statement needs. */
export async function listViewNames(context: SystemContext): Promise<readonly string[]> {
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  return (await context.catalog.schemas.all())
    .filter(({ schema }) => !isTableDescription(schema) && context.tableFilter.admits(schema.name))
    .map(({ schema }) => schema.name);
}

/** Tables, then views, without a request for each. */
export async function listTablesAndViews(
  context: SystemContext,
): Promise<readonly Pick<ListedTable, 'name' | 'isView'>[]> {
  return [
    ...(await listTableNames(context)).map((name) => ({ name, isView: false })),
    ...(await listViewNames(context)).map((name) => ({ name, isView: true })),
  ];
}

/** The tables without their columns: a DescribeTable request for each that is not cached. */
export function describeTables(context: SystemContext): Promise<readonly DescribedTable[]> {
  return loadEachTable(context, (name) => context.catalog.described(name, context.signal));
}

/** The tables and views with their columns: each table that is not cached is sampled. */
export async function listTablesWithColumns(context: SystemContext): Promise<readonly ListedTable[]> {
  const tables = (await loadEachTable(context, (name) => context.catalog.table(name, context.signal))).map(
    toListedTable,
  );
  const views: ListedTable[] = [];
  for (const name of await listViewNames(context)) {
    const columns = await skipUnreadable(context, name, () => context.viewColumns(name));
    if (columns === undefined) continue;
    views.push({
      name,
      isView: true,
      columns: columns.map((column, i) => ({
        ...column,
        position: i + 1,
        length: null,
        precision: null,
        scale: null,
        isHidden: false,
        isKey: false,
      })),
    });
  }
  return [...tables, ...views];
}

function toListedTable({ name, key, columns }: TableDef): ListedTable {
  const keys = new Set(keyNames(key));
  return {
    name,
    isView: false,
    columns: columns.map((column, i) => ({
      name: column.name,
      ...describeListedType(column),
      position: i + 1,
      isHidden: column.hidden === true,
      isKey: column.path.length === 1 && keys.has(column.path[0]),
    })),
  };
}

function describeListedType({
  type,
  declared,
}: ColumnDef): Pick<ListedColumn, 'type' | 'length' | 'precision' | 'scale'> {
  const scale = type.kind === 'decimal' ? type.scale : null;
  const inferred = { type: postgresColumnType(type), length: null, precision: null, scale };
  // Values of another type have widened the column.
  if (declared === undefined || toSqlType(declared)?.kind !== type.kind) return inferred;
  const {
    name,
    modifiers: [first = null],
  } = declared;
  if (name === 'numeric' || name === 'hugeint') return { ...inferred, precision: first };
  return { ...inferred, type: name, length: name === 'character' ? (first ?? 1) : first };
}

/** Loads each table; those that no longer exist or cannot be described are skipped. */
async function loadEachTable<T extends { readonly name: string }>(
  context: SystemContext,
  load: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const { catalog, tableFilter, warn, signal } = context;
  if (!isBrowsable(context, TABLE_SCHEMA)) return [];
  const listed = tableFilter.exact ?? (await catalog.tableNames(signal));
  const names = listed.filter((name) => tableFilter.admits(name));
  if (names.length > MAX_SILENT_REQUESTS)
    warn(
      `describing ${names.length} tables for this statement; add a condition on the table name to describe only one`,
    );
  const found = new Map<string, T>();
  await inParallel(names, CONCURRENCY, async (name) => {
    const table = await skipUnreadable(context, name, () => load(name));
    // FROM finds a table by its name in another case; a condition compares it exactly.
    if (table?.name === name) found.set(name, table);
  });
  return names.flatMap((name) => found.get(name) ?? []);
}

async function skipUnreadable<T>(
  { warn }: SystemContext,
  name: string,
  load: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof DriverError) || !SKIPPED_ERRORS.has(error.code)) throw error;
    if (error.code !== 'CATALOG_UNKNOWN_TABLE') warn(`skipping "${name}": ${error.message}`);
    return undefined;
  }
}

/** A table or view that cannot be described must not hide the others. */
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
