import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, Returned } from '../../dynamo/write/item-write.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';

/** What writing needs of its session. */
export interface WriteOptions {
  /** Every statement that writes is refused. */
  readonly readOnly: boolean;
  /** INSERT replaces items, 25 to a request, and looks at none of them first. */
  readonly batches: boolean;
  /** What becomes of an item that somebody else changes between its reading and its writing. */
  readonly onConflict: 'Retry' | 'Skip' | 'Error';
  /** The most write capacity units that one statement may consume; absent: any. */
  readonly maxWcu: number | undefined;
  /** Where the statement's writes go instead, if it is part of a transaction. */
  readonly transaction: TransactionBuffer | undefined;
}

/** Takes the writes of a statement, which take place at COMMIT. */
export interface TransactionBuffer {
  /** `base`: the item that an image is wanted of, as it was read; it must be the same at COMMIT. */
  write(
    write: ItemWrite,
    table: TableDef,
    wanted: { readonly returned: Returned; readonly base: AttributeMap | undefined },
  ): WriteOutcome;
  /** An item as the transaction has left it so far, from what DynamoDB has. */
  itemNow(key: Key, item: AttributeMap | undefined, table: TableDef): AttributeMap | undefined;
  /** The keys of the items that the transaction has to do with. */
  keysOf(table: TableDef): readonly Key[];
}
