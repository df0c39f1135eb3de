import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';

/** An item that a statement sees in another state than DynamoDB has it. */
export interface OverlaidItem {
  /** The table's name in DynamoDB. */
  readonly table: string;
  readonly key: Key;
  /** Whether `item` depends on the stored item. */
  readonly needsStored: boolean;
  /** The item that the statement sees; undefined: none. */
  item(stored: AttributeMap | undefined): AttributeMap | undefined;
}

/** The items that a statement sees in another state, by the names of their tables. */
export type Overlay = ReadonlyMap<string, readonly OverlaidItem[]>;

export function toItemsByTable(items: readonly OverlaidItem[]): Overlay {
  const byTable = new Map<string, OverlaidItem[]>();
  for (const item of items) {
    const known = byTable.get(item.table);
    if (known === undefined) byTable.set(item.table, [item]);
    else known.push(item);
  }
  return byTable;
}
