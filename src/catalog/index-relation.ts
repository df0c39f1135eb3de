import { type ColumnDef, type IndexDef, isWholeItem, type TableDef, keyNames } from './table-def.ts';

const indexRelations = new WeakMap<TableDef, Map<IndexDef, TableDef>>();

/** An index as a table whose rows are the index's entries. The same object for each call. */
export function toIndexRelation(table: TableDef, index: IndexDef): TableDef {
  let known = indexRelations.get(table);
  if (known === undefined) indexRelations.set(table, (known = new Map<IndexDef, TableDef>()));
  let relation = known.get(index);
  if (relation === undefined) known.set(index, (relation = buildIndexRelation(table, index)));
  return relation;
}

function buildIndexRelation(table: TableDef, index: IndexDef): TableDef {
  const { projection, key } = index;
  const names: readonly unknown[] = keyNames(key);
  const placeInKey = ({ path }: ColumnDef): number => (path.length === 1 ? names.indexOf(path[0]) : -1);
  const columns = table.columns
    .filter((column) => projection === 'all' || (!isWholeItem(column) && projection.includes(column.path[0])))
    .map((column) => (placeInKey(column) < 0 ? column : { ...column, presence: 1 }))
    .toSorted((a, b) => rank(placeInKey(a)) - rank(placeInKey(b)));
  return {
    ...table,
    through: index.name,
    key,
    indexes: [index],
    columns,
    itemCount: index.itemCount ?? table.itemCount,
    sizeBytes: index.sizeBytes ?? table.sizeBytes,
  };
}

/** Key attributes in schema order, then the others unchanged. */
function rank(placeInKey: number): number {
  return placeInKey < 0 ? Number.MAX_SAFE_INTEGER : placeInKey;
}
