import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { SystemTable } from '../system/system-table.ts';
import type { IndexHint } from './index-hint.ts';
import type { KnownTable } from './known-table.ts';
import type { Relation, SystemRelation } from './relation.ts';
import type { OfferedColumn, Scope } from './scope.ts';

/** The names of WITH that are in scope, with their columns where they are known. */
export type CommonTables = ReadonlyMap<string, readonly OfferedColumn[] | undefined>;

export interface BoundQuery {
  readonly select: SelectStmt;
  /** Undefined where only DuckDB can tell. */
  readonly columns: readonly OfferedColumn[] | undefined;
}

/** What the parts of the binder need of each other and of the statement. */
export interface Binder {
  readonly position: (location: number | undefined) => number;
  /** What a table name means; undefined, and noted as wanted, where that has not been read yet. */
  readonly table: (name: string, location: number | undefined) => KnownTable | undefined;
  /** The real name of a table or view; null where there is none, undefined, and noted, where that has not been asked yet. */
  readonly relationName: (name: string) => string | null | undefined;
  /** A new occurrence of a table, with those hidden columns that the query names or that are named here. */
  readonly relation: (table: TableDef, named?: ReadonlySet<string>) => Relation;
  /** Says what indexes may serve an occurrence. */
  readonly hint: (relation: Pick<Relation, 'alias'>, hint: IndexHint) => void;
  /** A new occurrence of a system table. */
  readonly system: (table: SystemTable) => SystemRelation;
  /** The views that are being bound, the outermost first. */
  readonly views: readonly string[];
  /** The binder of a view's query. */
  readonly forView: (name: string, query: SelectStmt) => Binder;
  readonly query: (select: SelectStmt, tables: CommonTables, outer: Scope | undefined) => BoundQuery;
  /** An expression, or any part of a statement that holds expressions. */
  readonly expression: <T>(part: T, scope: Scope, tables: CommonTables) => T;
}

export function createNotSupportedError(
  binder: Pick<Binder, 'position'>,
  what: string,
  location?: number,
  remedy?: string,
): DriverError {
  return new DriverError('SQL_NOT_SUPPORTED', `${what} is not supported.`, {
    ...(location === undefined ? {} : { position: binder.position(location) }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** A query's columns under the names of an alias's column list, which may be shorter. */
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

/** The query inside a node that holds one. */
export function unwrapSelect(node: Node | undefined): SelectStmt {
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : {};
}
