import type { TimeZone } from '../../core/time-zone.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';

/** A connection property as system tables list it; the value of a secret is `***`. */
export interface PropertyFact {
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  readonly category: string;
  readonly default: string | undefined;
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

/** What system tables show about the session itself. */
export interface SessionFacts {
  readonly properties: readonly PropertyFact[];
  readonly version: string;
  /** Where the tables are: an endpoint or a Region. */
  readonly source: string;
  /** The schemas to list; absent: all. */
  readonly browsableSchemas: readonly string[] | undefined;
}

/** A value of a system table. */
export type Cell = string | number | boolean | null;

/** A column of a view. */
export interface ViewColumn {
  readonly name: string;
  /** PostgreSQL's name for its type. */
  readonly type: string;
}

/** The values that conditions on a column allow: names, or OIDs as decimal strings. */
export interface NameFilter {
  /** The only possible values; undefined if they cannot be listed. */
  readonly exact: readonly string[] | undefined;
  admits(name: string): boolean;
}

/** The sources of the rows of system tables. */
export interface SystemContext {
  readonly catalog: Catalog;
  readonly facts: SessionFacts;
  /** The time zone of the session. */
  readonly timeZone?: TimeZone;
  /** Resolves the current columns of a view. */
  readonly viewColumns: (view: string) => Promise<readonly ViewColumn[]>;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  /** The tables that the statement needs. */
  readonly tableFilter: NameFilter;
  /** The conditions on another column. */
  readonly filterFor: (column: string) => NameFilter;
}

export type SystemSchema = 'sys' | 'information_schema' | 'pg_catalog';

/** A table whose rows describe the session, or the tables and views that it can read. */
export interface SystemTable {
  readonly schema: SystemSchema;
  readonly name: string;
  readonly columns: readonly ColumnDef[];
  /** The column with table names: conditions on it reduce the tables that are described. */
  readonly tableColumn?: string | undefined;
  /** Rows as arrays, in the order of `columns`. */
  readonly rows: (context: SystemContext) => Promise<readonly (readonly Cell[])[]>;
}

type Types = Readonly<Record<string, 'text' | 'bigint' | 'boolean' | 'json'>>;

interface Definition<T extends Types> {
  readonly schema: SystemSchema;
  readonly name: string;
  readonly columns: T;
  readonly tableColumn?: (keyof T & string) | undefined;
  readonly rows: (context: SystemContext) => Promise<readonly Partial<Record<keyof T, Cell>>[]>;
}

/** Defines a system table. Columns that a row does not have are NULL. */
export function defineSystemTable<const T extends Types>({
  columns,
  rows,
  ...rest
}: Definition<T>): SystemTable {
  const names: (keyof T & string)[] = Object.keys(columns);
  return {
    ...rest,
    columns: names.map((name) => toColumnDef(name, { kind: columns[name] ?? 'text' })),
    rows: async (context) => (await rows(context)).map((row) => names.map((name) => row[name] ?? null)),
  };
}

function toColumnDef(name: string, type: SqlType): ColumnDef {
  return { name, path: [name], type, seen: {}, presence: 1 };
}
