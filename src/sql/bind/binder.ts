import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { SystemTable } from '../system/system-table.ts';
import type { KnownTable } from './known-table.ts';
import type { IndexHint, Relation, SystemRelation } from './relation.ts';
import type { OfferedColumn, Scope } from './scope.ts';

/** The common table expressions in scope, with their columns where they are known. */
export type CommonTables = ReadonlyMap<string, readonly OfferedColumn[] | undefined>;

export interface BoundQuery {
  readonly select: SelectStmt;
  /** Undefined if only DuckDB knows them. */
  readonly columns: readonly OfferedColumn[] | undefined;
}

/** Context that the parts of the binder share for one statement or view. */
export interface Binder {
  readonly position: (location: number | undefined) => number;
  /** Resolves a table name. Returns undefined if the catalog was not asked for it yet, and records the name for the next pass. */
  readonly table: (name: string, location: number | undefined) => KnownTable | undefined;
  /**
   * Resolves the name of a table or view; null if neither exists. Returns undefined if the catalog was not asked yet, and
   * records the name for the next pass.
   */
  readonly relationName: (name: string) => string | null | undefined;
  /** Adds an occurrence of a table, with the hidden columns that the query or `named` mentions. */
  readonly relation: (table: TableDef, named?: ReadonlySet<string>) => Relation;
  /** Restricts the indexes that may be used for an occurrence. */
  readonly hint: (relation: Pick<Relation, 'alias'>, hint: IndexHint) => void;
  /** Adds an occurrence of a system table. */
  readonly system: (table: SystemTable) => SystemRelation;
  /** The views being expanded, outermost first. */
  readonly views: readonly string[];
  /** Returns a binder for the query of a view. */
  readonly forView: (name: string, query: SelectStmt) => Binder;
  readonly query: (select: SelectStmt, tables: CommonTables, outer: Scope | undefined) => BoundQuery;
  /** Binds an expression, or any part of a statement that contains expressions. */
  readonly expression: <T>(part: T, scope: Scope, tables: CommonTables) => T;
}

export function createNotSupportedError(
  binder: Pick<Binder, 'position'>,
  feature: string,
  location?: number,
  remedy?: string,
): DriverError {
  return new DriverError('SQL_NOT_SUPPORTED', `${feature} is not supported`, {
    ...(location === undefined ? {} : { position: binder.position(location) }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** Renames columns by the column list of an alias, which may be shorter. */
export function renameColumns(
  columns: readonly OfferedColumn[] | undefined,
  names: readonly string[],
): readonly OfferedColumn[] | undefined {
  if (names.length === 0) return columns;
  return columns?.map((column, i) => {
    const name = names[i];
    return name === undefined ? column : { ...column, name, engineName: name };
  });
}

/** Returns the SELECT that a node wraps. */
export function unwrapSelect(node: Node | undefined): SelectStmt {
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : {};
}
