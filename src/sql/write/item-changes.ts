import type { Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { Assignment } from './assignment.ts';
import type { ItemImage, NeededImages } from './item-image.ts';
import { extractKey } from './item-key.ts';
import { moveItem } from './move-item.ts';
import type { RowUpdate } from './row-update.ts';
import type { StatementScope } from './statement-scope.ts';
import type { SingleWrite, WriteResult } from './write-item.ts';
import { writeWithImages } from './write-with-images.ts';

/** What an UPDATE or a DELETE does to each item that matches WHERE. */
export interface ItemChanges {
  readonly table: TableDef;
  readonly range: RangeVar;
  readonly where: Node | undefined;
  /** Empty for DELETE. */
  readonly assignments: readonly Assignment[];
  /** Whether DynamoDB can do it without reading the item first. */
  readonly blind: boolean;
  /** Whether an assignment changes the table's key. */
  readonly moves: boolean;
  /** Builds the write of one item. */
  buildWrite(
    key: Key,
    actions: RowUpdate['actions'] | undefined,
    conditions: readonly WriteCondition[],
  ): SingleWrite;
  readonly returned: NeededImages;
}

/** The change of one item that was read; without actions, the assignments' native updates apply. */
export interface ItemChange {
  readonly item: AttributeMap;
  readonly actions: RowUpdate['actions'] | undefined;
  readonly conditions: readonly WriteCondition[];
}

/** Writes the change of one item, or moves the item if its key changes. */
export function applyItemChange(
  changes: ItemChanges,
  { item, actions, conditions }: ItemChange,
  scope: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { table, returned, moves } = changes;
  if (moves && actions !== undefined) return moveItem({ item, actions }, conditions, table, scope, writes);
  const { context, signal } = scope;
  const write = changes.buildWrite(extractKey(item, table), actions, conditions);
  return writeWithImages(write, returned, table, context, writes, signal, item);
}

/** The images of a write that was done, for RETURNING. */
export function toItemImage(
  result: WriteResult,
  { returned }: Pick<ItemChanges, 'returned'>,
): ItemImage | undefined {
  const { item } = result;
  if (result.kind === 'refused' || item === undefined) return undefined;
  return returned === 'ALL_OLD' ? { item, old: item } : { item, new: item, old: result.old };
}
