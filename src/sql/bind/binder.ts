import type { Node, SelectStmt } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { Relation } from './relation.ts';
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
  /** The table of a name; undefined, and noted as wanted, where it has not been read yet. */
  readonly table: (name: string, location: number | undefined) => TableDef | undefined;
  /** A new occurrence of a table. */
  readonly relation: (table: TableDef) => Relation;
  readonly query: (select: SelectStmt, tables: CommonTables, outer: Scope | undefined) => BoundQuery;
  /** An expression, or any part of a statement that holds expressions. */
  readonly expression: <T>(part: T, scope: Scope, tables: CommonTables) => T;
}

export function notSupported(
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
export function selectIn(node: Node | undefined): SelectStmt {
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : {};
}
