import type { Node, SelectStmt } from 'libpg-query';
import { name as toName } from '../dialect/build.ts';
import { createNameMarker } from './name-marks.ts';
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

/** Columns that the alias of a FROM item has renamed. */
export interface RenamedColumns {
  readonly columns: readonly OfferedColumn[] | undefined;
  /** The alias's column list in DuckDB; absent if it needs none. */
  readonly list: { readonly colnames?: Node[] };
}

/**
 * Renames columns by the column list of an alias, which may be shorter. Names that differ only in case, which DuckDB does not
 * tell apart, get distinct ones in DuckDB.
 */
export function renameColumns(
  columns: readonly OfferedColumn[] | undefined,
  names: readonly string[],
): RenamedColumns {
  if (columns === undefined) return { columns, list: toColumnList(names) };
  const distinct = createNameMarker();
  const exact = new Map<string, string>();
  const renamed = columns.map((column, i): OfferedColumn => {
    const { name, engineName } = names[i] === undefined ? column : { name: names[i], engineName: names[i] };
    // Columns of one name are ambiguous in PostgreSQL as well.
    const own = exact.get(engineName) ?? distinct(engineName);
    exact.set(engineName, own);
    return name === column.name && own === column.engineName ? column : { ...column, name, engineName: own };
  });
  const last = renamed.findLastIndex(({ engineName }, i) => engineName !== columns[i]?.engineName);
  const count = Math.max(last + 1, Math.min(names.length, columns.length));
  return {
    columns: renamed,
    list: toColumnList([
      ...renamed.slice(0, count).map(({ engineName }) => engineName),
      ...names.slice(columns.length),
    ]),
  };
}

function toColumnList(names: readonly string[]): RenamedColumns['list'] {
  return names.length === 0 ? {} : { colnames: names.map(toName) };
}

/** Returns the SELECT that a node wraps. */
export function unwrapSelect(node: Node | undefined): SelectStmt {
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : {};
}
