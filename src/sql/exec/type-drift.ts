import { type ColumnDef, keyNames, type TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { fitsColumn, findValue } from '../engine/fits.ts';
import { postgresColumnType } from '../types/column-types.ts';

type DriftingTable = Pick<TableDef, 'name' | 'schemaFile' | 'key'>;

/** Thrown while loading a value that its column's type cannot hold. The statement then widens the column and restarts. */
export class TypeDrift extends Error {
  readonly table: DriftingTable;
  readonly column: ColumnDef;
  readonly evidence: AttributeValue;
  /** The key of the item, `id = 'A17'`, as far as it was read. */
  readonly key: string;

  constructor(table: DriftingTable, column: ColumnDef, evidence: AttributeValue, key = '') {
    super(
      `column "${column.name}" of "${table.name}" contains a value that does not fit type ${postgresColumnType(column.type)}${key === '' ? '' : ` (${key})`}`,
    );
    this.name = 'TypeDrift';
    this.table = table;
    this.column = column;
    this.evidence = evidence;
    this.key = key;
  }
}

/** The first value of a page that its column cannot hold. */
export function findDrift(
  table: DriftingTable,
  columns: readonly ColumnDef[],
  page: Uint8Array,
): TypeDrift | undefined {
  const items: AttributeMap[] = JSON.parse(Buffer.from(page).toString());
  for (const item of items) {
    const drift = findItemDrift(table, columns, item);
    if (drift !== undefined) return drift;
  }
  return undefined;
}

/** The first value of an item that its column cannot hold. */
export function findItemDrift(
  table: DriftingTable,
  columns: readonly ColumnDef[],
  item: AttributeMap,
): TypeDrift | undefined {
  for (const column of columns) {
    const value = findValue(item, column.path);
    if (value !== undefined && !fitsColumn(column, value))
      return new TypeDrift(table, column, value, describeKey(item, table));
  }
  return undefined;
}

/** The key of an item as far as it was read: `id = 'A17'`. */
function describeKey(item: AttributeMap, { key }: DriftingTable): string {
  return keyNames(key)
    .flatMap((name) => {
      const value = item[name];
      if (value === undefined) return [];
      return 'N' in value ? `${name} = ${value.N}` : 'S' in value ? `${name} = '${value.S}'` : [];
    })
    .join(', ');
}
