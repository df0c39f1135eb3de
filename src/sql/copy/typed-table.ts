import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { keyAttributes } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { foldCase } from '../bind/suggestions.ts';
import type { ColumnType } from '../parse/table/read-column-types.ts';

/** The table with the types of a COPY's option TYPES, which also adds columns that no sampled item has. */
export function withColumnTypes(table: TableDef, types: readonly ColumnType[]): TableDef {
  if (types.length === 0) return table;
  const columns: ColumnDef[] = [...table.columns];
  for (const { name, type } of types) {
    const key = keyAttributes(table.key).find((each) => each.name === name);
    if (key !== undefined && type.key !== key.type)
      throw new DriverError(
        'SQL_BAD_ARGUMENT',
        `COPY TYPES: "${name}" is ${type.text}, but the key of "${table.name}" is of type ${key.type}`,
      );
    const at = findColumn(columns, name);
    const known = columns[at];
    const typed: ColumnDef = {
      ...(known ?? { name, path: [name], seen: {}, presence: 0 }),
      type: type.type,
      ...(type.declared === undefined ? {} : { declared: type.declared }),
    };
    if (known === undefined) columns.push(typed);
    else columns[at] = typed;
  }
  // Hidden columns stay the last.
  const visible = columns.filter(({ hidden }) => hidden !== true);
  return { ...table, columns: [...visible, ...columns.filter(({ hidden }) => hidden === true)] };
}

function findColumn(columns: readonly ColumnDef[], name: string): number {
  const exact = columns.findIndex((column) => column.name === name);
  const alike = columns.flatMap((column, i) => (foldCase(column.name) === foldCase(name) ? [i] : []));
  return exact >= 0 ? exact : alike.length === 1 ? (alike[0] ?? -1) : -1;
}
