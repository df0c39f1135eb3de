import type { SelectStmt } from 'libpg-query';
import { toStoredColumn, toStoredName, type ColumnDef, type TableDef } from '../../catalog/table-def.ts';
import type { SystemTable } from '../system/system-table.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import { createNameMarker, endsWithMark, stripNameMark } from './name-marks.ts';
import type { AttributeType } from '../../dynamo/attribute-value.ts';
import type { OfferedColumn } from './scope.ts';

/** Restricts the indexes that may be used to read one table. The names are those of the catalog. */
export type IndexHint =
  /** Reads one of these, even if items are missing from it. */
  | { readonly kind: 'only'; readonly indexes: readonly string[] }
  | { readonly kind: 'not'; readonly indexes: readonly string[] };

/** One occurrence of a table in a statement. Each has its own stub, so a self-join has two reads. */
export interface Relation {
  /** The name of its stub: `r0`, `r1` … in the order of the statement. */
  readonly alias: string;
  readonly table: TableDef;
  /** The stub's columns: the visible ones, then the hidden ones that the statement references. */
  readonly columns: readonly RelationColumn[];
  /** The statement's index hint. */
  readonly hint?: IndexHint;
  /** The key is loaded even if the statement does not need it, so that errors can name items. */
  readonly loadsKey?: true;
}

export interface RelationColumn {
  /** The column's name in DuckDB. */
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

/** Creates an occurrence of a table, with the hidden columns in `named` (lower case), and stored columns named there. */
export function toRelation(alias: string, table: TableDef, named: ReadonlySet<string>): Relation {
  const distinct = createNameMarker();
  const stored = table.columns.filter(
    ({ name, stored: isStored }) => isStored !== true && named.has(toStoredName(name).toLowerCase()),
  );
  const columns = table.columns
    .filter((column) => column.stored !== true)
    .filter((column) => column.hidden !== true || named.has(column.name.toLowerCase()))
    .concat(stored.map(toStoredColumn))
    .map((column) => ({ engineName: distinct(column.name), column }));
  return { alias, table, columns };
}

/** Returns the attribute's name for a column name of DuckDB. */
export function unmangleName(relations: readonly Relation[], select: SelectStmt, name: string): string {
  if (!endsWithMark(name)) return name;
  for (const relation of relations)
    for (const { engineName, column } of relation.columns) if (engineName === name) return column.name;
  return isListed(name, select) ? stripNameMark(name) : name;
}

/** Whether the name is in the column list of a subquery or common table expression, where `renameColumns` marks names. */
function isListed(name: string, select: SelectStmt): boolean {
  let found = false;
  visitNodes([{ SelectStmt: select }], (node) => {
    const list =
      'RangeSubselect' in node
        ? node.RangeSubselect.alias?.colnames
        : 'CommonTableExpr' in node
          ? node.CommonTableExpr.aliascolnames
          : undefined;
    found ||= getStringValues(list).includes(name);
  });
  return found;
}

/** The columns that an occurrence of a table adds to the scope of its query. */
export function offeredColumns({ columns }: Pick<Relation, 'columns'>): readonly OfferedColumn[] {
  const stored = new Map(columns.map(({ engineName, column }) => [column.name, engineName]));
  return columns.map(({ engineName, column }) => {
    const storedAs = stored.get(toStoredName(column.name));
    return {
      name: column.name,
      engineName,
      ...(column.hidden === true ? { hidden: true as const } : {}),
      ...toAdaptation(column),
      ...(storedAs !== undefined && { storedAs }),
      ...(column.type.kind === 'text' && storedAttributeType(column) === 'S' && { plainText: true as const }),
    };
  });
}

/** How values compared with the column are converted. */
export function toAdaptation({
  type: { kind },
  seen,
}: Pick<ColumnDef, 'type' | 'seen'>): Pick<OfferedColumn, 'adapts' | 'holds'> {
  if (kind === 'blob') return { adapts: 'bytea' };
  if (kind === 'text') return { adapts: 'text' };
  if (kind !== 'json') return {};
  const types = Object.keys(seen);
  const areSets = types.length > 0 && types.every((type) => SETS.has(type));
  return { adapts: 'json', ...(areSets && { holds: SET_VALUES }) };
}

/** What `holds` says of a column of documents whose sampled values are all sets. */
export const SET_VALUES = 'sets';

const SETS: ReadonlySet<string> = new Set<AttributeType>(['SS', 'NS', 'BS']);
