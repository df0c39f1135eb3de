import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { IndexHint } from './index-hint.ts';
import type { SystemTable } from '../system/system-table.ts';
import type { OfferedColumn } from './scope.ts';

/** One occurrence of a table in a statement. Each has a stub of its own, so that a self-join has two reads. */
export interface Relation {
  /** The name of its stub: `r0`, `r1` … in the order in which the statement names them. */
  readonly alias: string;
  readonly table: TableDef;
  /** The stub's columns: the visible ones, then the hidden ones that the statement names. */
  readonly columns: readonly RelationColumn[];
  /** What the statement says about its indexes. */
  readonly hint?: IndexHint;
}

export interface RelationColumn {
  /** What DuckDB calls it. */
  readonly engineName: string;
  readonly column: ColumnDef;
}

/** One occurrence of a system table. */
export interface SystemRelation {
  /** `sys0`, `sys1` … */
  readonly alias: string;
  readonly table: SystemTable;
  readonly columns: readonly RelationColumn[];
}

export function toSystemRelation(alias: string, table: SystemTable): SystemRelation {
  return { alias, table, columns: table.columns.map((column) => ({ engineName: column.name, column })) };
}

// A private-use character that sets apart, for DuckDB, names that differ only in case; it ignores case even in quotes.
const FIRST_MARK = 0xe000;
const LAST_MARK = 0xf8ff;

/** An occurrence of a table, with the hidden columns that `named` (in lower case) asks for. */
export function toRelation(alias: string, table: TableDef, named: ReadonlySet<string>): Relation {
  const taken = new Set<string>();
  const columns = table.columns
    .filter((column) => column.hidden !== true || named.has(column.name.toLowerCase()))
    .map((column) => {
      let engineName = column.name;
      for (let mark = FIRST_MARK; taken.has(engineName.toLowerCase()); mark++)
        engineName = `${column.name}${String.fromCharCode(mark)}`;
      taken.add(engineName.toLowerCase());
      return { engineName, column };
    });
  return { alias, table, columns };
}

/** The attribute's own spelling of a name that DuckDB gave. */
export function unmangleName(relations: readonly Relation[], name: string): string {
  const last = name.charCodeAt(name.length - 1);
  if (last < FIRST_MARK || last > LAST_MARK) return name;
  for (const relation of relations)
    for (const { engineName, column } of relation.columns) if (engineName === name) return column.name;
  return name;
}

/** What an occurrence of a table offers to the query that it stands in. */
export function offeredColumns({ columns }: Pick<Relation, 'columns'>): readonly OfferedColumn[] {
  return columns.map(({ engineName, column }) => ({
    name: column.name,
    engineName,
    ...(column.hidden === true ? { hidden: true as const } : {}),
    ...toAdaptation(column),
  }));
}

/** What a column makes of the values that it is compared with. */
export function toAdaptation({
  type: { kind },
  seen,
}: Pick<ColumnDef, 'type' | 'seen'>): Pick<OfferedColumn, 'adapts' | 'holds'> {
  if (kind === 'blob') return { adapts: 'bytea' };
  if (kind === 'text') return { adapts: 'text' };
  if (kind !== 'json') return {};
  const types = Object.keys(seen);
  return { adapts: 'json', ...(types.length > 1 && { holds: `values of the types ${types.join(', ')}` }) };
}
