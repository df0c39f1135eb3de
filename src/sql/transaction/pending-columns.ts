import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { inferColumns } from '../exec/seen-columns.ts';
import type { PlannedWrite } from '../exec/transaction-block.ts';
import type { DecimalStyle } from '../types/value.ts';
import { learnFromWrite } from '../write/record-write.ts';

/** A catalog whose tables have columns for the attributes that the writes of a transaction add. */
export function withPendingColumns(
  catalog: Catalog,
  writes: readonly PlannedWrite[],
  decimals: DecimalStyle,
): Catalog {
  const added = listAddedItems(writes);
  if (added.size === 0) return catalog;
  const extended = new WeakMap<TableDef, TableDef>();
  const extend = (table: TableDef): TableDef => {
    const items = table.child === undefined ? added.get(table.name) : undefined;
    if (items === undefined) return table;
    const known = extended.get(table);
    if (known !== undefined) return known;
    const whole = addColumns(table, inferColumns(items, decimals));
    extended.set(table, whole);
    bases.set(whole, table);
    return whole;
  };
  return {
    ...catalog,
    table: async (...args) => extend(await catalog.table(...args)),
    widen: async (...args) => extend(await catalog.widen(...args)),
  };
}

const bases = new WeakMap<TableDef, TableDef>();

/** The table without the columns that only a transaction knows: COMMIT tells the catalog of those. */
export function withoutPendingColumns(table: TableDef): TableDef {
  return bases.get(table) ?? table;
}

/** For each table, items with the attributes that it has no columns for. */
function listAddedItems(writes: readonly PlannedWrite[]): ReadonlyMap<string, readonly AttributeMap[]> {
  const added = new Map<string, AttributeMap[]>();
  for (const { write, table } of writes)
    learnFromWrite(write, table, {
      learn(name, attribute, value) {
        const items = added.get(name) ?? [];
        added.set(name, [...items, { [attribute]: value }]);
      },
    });
  return added;
}

function addColumns(table: TableDef, inferred: ReadonlyMap<string, ColumnDef>): TableDef {
  const known = new Set<unknown>(table.columns.map(({ path }) => path[0]));
  const more = [...inferred.values()].filter(({ name }) => !known.has(name));
  return {
    ...table,
    columns: [...table.columns.filter((each) => !isHidden(each)), ...more, ...table.columns.filter(isHidden)],
  };
}

function isHidden({ hidden }: ColumnDef): boolean {
  return hidden === true;
}
