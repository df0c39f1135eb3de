import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ReturnValues } from '../../dynamo/write/item-write.ts';

/** The images that a statement needs of an item that it writes; BOTH: before and after. */
export type NeededImages = ReturnValues | 'BOTH';

/** What RETURNING shows of one written row. */
export interface ItemImage {
  /** The item that plain columns refer to: after the write, or before a DELETE. */
  readonly item: AttributeMap;
  /** Before the write; undefined: it did not exist, or the statement does not need it. */
  readonly old?: AttributeMap | undefined;
  /** After the write; undefined: deleted. */
  readonly new?: AttributeMap | undefined;
  /** The columns of FROM, USING or the source of MERGE that RETURNING refers to. */
  readonly source?: AttributeMap | undefined;
  /** What MERGE did. */
  readonly action?: string | undefined;
}
