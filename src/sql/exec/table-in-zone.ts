import type { TableDef } from '../../catalog/table-def.ts';
import type { TimeZone } from '../../core/time-zone.ts';

const tables = new WeakMap<TableDef, Map<string, TableDef>>();

/** The table for sessions of a time zone, in which its dates are read from text and printed; always the same object. */
export function toTableInZone(table: TableDef, zone: TimeZone): TableDef {
  if (zone === undefined || !table.columns.some(({ type }) => 'stored' in type)) return table;
  const known = tables.get(table) ?? new Map<string, TableDef>();
  tables.set(table, known);
  const found = known.get(zone) ?? {
    ...table,
    columns: table.columns.map((column) =>
      'stored' in column.type ? { ...column, type: { ...column.type, zone } } : column,
    ),
  };
  known.set(zone, found);
  return found;
}
