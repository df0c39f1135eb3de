import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, ReturnValues } from '../../dynamo/write/item-write.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';

/** Collects the writes of a statement until COMMIT. */
export interface TransactionBuffer {
  /** `base`: the item as it was read, if the write returns an image; it must be unchanged at COMMIT. */
  write(
    write: ItemWrite,
    table: TableDef,
    options: { readonly returned: ReturnValues; readonly base: AttributeMap | undefined },
  ): WriteOutcome;
  /** The item as the transaction has changed it so far, starting from the stored one. */
  currentItem(key: Key, item: AttributeMap | undefined, table: TableDef): AttributeMap | undefined;
  /** The keys of the items that the transaction writes or checks. */
  listKeys(table: TableDef): readonly Key[];
}
