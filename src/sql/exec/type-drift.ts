import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { fitsColumn, findValue } from '../engine/fits.ts';

type DriftingTable = Pick<TableDef, 'name' | 'schemaFile'>;

/** Thrown while loading a value that its column's type cannot hold. The statement then widens the column and restarts. */
export class TypeDrift extends Error {
  readonly table: DriftingTable;
  readonly column: ColumnDef;
  readonly evidence: AttributeValue;

  constructor(table: DriftingTable, column: ColumnDef, evidence: AttributeValue) {
    super(
      `column "${column.name}" of "${table.name}" contains a value that does not fit type ${column.type.kind}`,
    );
    this.name = 'TypeDrift';
    this.table = table;
    this.column = column;
    this.evidence = evidence;
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
    for (const column of columns) {
      const value = findValue(item, column.path);
      if (value !== undefined && !fitsColumn(column, value)) return new TypeDrift(table, column, value);
    }
  }
  return undefined;
}
