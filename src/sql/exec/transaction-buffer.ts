import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, Returned } from '../../dynamo/write/item-write.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';

/** Collects the writes of a statement until COMMIT. */
export interface TransactionBuffer {
  /** `base`: the item, as it was read, that an image is requested of; it must still be the same at COMMIT. */
  write(
    write: ItemWrite,
    table: TableDef,
    wanted: { readonly returned: Returned; readonly base: AttributeMap | undefined },
  ): WriteOutcome;
  /** An item as the transaction has left it so far, starting from what DynamoDB has. */
  currentItem(key: Key, item: AttributeMap | undefined, table: TableDef): AttributeMap | undefined;
  /** The keys of the items that the transaction writes or checks. */
  listKeys(table: TableDef): readonly Key[];
}
