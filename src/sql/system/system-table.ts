import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, SqlType } from '../../catalog/table-def.ts';
import type { SessionFacts } from './session-facts.ts';

/** A value of a system table. */
export type Cell = string | number | boolean | null;

/** A column of a view. */
export interface ViewColumn {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly type: string;
}

/** The names, or the numbers as text, that conditions on a column leave possible. */
export interface NameFilter {
  /** The only ones there can be; absent where there is no such list. */
  readonly exact: readonly string[] | undefined;
  admits(name: string): boolean;
}

/** What rows of system tables are made from. */
export interface SystemContext {
  readonly catalog: Catalog;
  readonly facts: SessionFacts;
  /** The columns that a view has at present. */
  readonly viewColumns: (view: string) => Promise<readonly ViewColumn[]>;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal | undefined;
  /** The tables that the statement asks about. */
  readonly tableFilter: NameFilter;
  /** What it asks about another column. */
  readonly filterFor: (column: string) => NameFilter;
}

export type SystemSchema = 'sys' | 'information_schema' | 'pg_catalog';

/** A table whose rows say something about the connection or what can be read through it. */
export interface SystemTable {
  readonly schema: SystemSchema;
  readonly name: string;
  readonly columns: readonly ColumnDef[];
  /** The column that names tables: conditions on it narrow what is described. */
  readonly tableColumn?: string | undefined;
  /** By position, as the columns are. */
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

/** Defines a system table: what its rows do not name is NULL. */
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
