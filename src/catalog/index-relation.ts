import { type ColumnDef, type IndexDef, isWholeItem, type TableDef, keyNames } from './table-def.ts';

const made = new WeakMap<TableDef, Map<IndexDef, TableDef>>();

/** An index as a table of its own: its rows are its entries, its columns what it holds. The same object each time. */
export function indexRelation(table: TableDef, index: IndexDef): TableDef {
  let known = made.get(table);
  if (known === undefined) made.set(table, (known = new Map<IndexDef, TableDef>()));
  let relation = known.get(index);
  if (relation === undefined) known.set(index, (relation = relationOf(table, index)));
  return relation;
}

function relationOf(table: TableDef, index: IndexDef): TableDef {
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

/** Key attributes in their order, then the others as they are. */
function rank(placeInKey: number): number {
  return placeInKey < 0 ? Number.MAX_SAFE_INTEGER : placeInKey;
}
