import type { TableDef } from './table-def.ts';

const knownNames = new WeakMap<TableDef, ReadonlySet<string>>();

/**
 * Whether its columns were inferred from sampled items, so that others may have further attributes. A schema file lists the
 * columns that are meant to be seen.
 */
export function isSampled({ sampled, schemaFile, child }: TableDef): boolean {
  return schemaFile === undefined && child === undefined && (sampled.items > 0 || sampled.whole === true);
}

/** The names of the attributes that a table has columns for. */
export function knownAttributes(table: TableDef): ReadonlySet<string> {
  const known =
    knownNames.get(table) ??
    new Set(table.columns.filter(({ named }) => named !== true).map(({ path }) => path[0]));
  knownNames.set(table, known);
  return known;
}
