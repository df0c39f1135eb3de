import type { Node, RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { Returned, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { Assignment } from './assignment.ts';
import { keyOf } from './item-of.ts';
import { moveItem } from './move-item.ts';
import type { RowUpdate } from './row-update.ts';
import type { StatementScope } from './source-rows.ts';
import { writeItem, type Change, type WriteResult } from './write-item.ts';

/** What an UPDATE or a DELETE does to each item that WHERE means. */
export interface ItemChanges {
  readonly table: TableDef;
  readonly range: RangeVar;
  readonly where: Node | undefined;
  /** None for DELETE. */
  readonly assignments: readonly Assignment[];
  /** Whether DynamoDB can do it without that the item is read. */
  readonly blind: boolean;
  /** Whether keys change. */
  readonly moves: boolean;
  /** The write that does it. */
  change(key: Key, actions: RowUpdate['actions'] | undefined, conditions: readonly WriteCondition[]): Change;
  readonly returned: Returned;
}

/** What an item that was read is to become; without actions, whatever DynamoDB makes of it. */
export interface ItemChange {
  readonly item: AttributeMap;
  readonly actions: RowUpdate['actions'] | undefined;
  readonly conditions: readonly WriteCondition[];
}

/** Does to one item what the statement says. */
export function carryOut(
  changes: ItemChanges,
  { item, actions, conditions }: ItemChange,
  reading: StatementScope,
  writes: WriteStats,
): Promise<WriteResult> {
  const { table, returned, moves } = changes;
  if (moves && actions !== undefined) return moveItem({ item, actions }, conditions, table, reading, writes);
  const { context, signal } = reading;
  const built = changes.change(keyOf(item, table), actions, conditions);
  return writeItem(built, returned, table, context, writes, signal, item);
}

/** An UPDATE makes no item. */
export function isThere(table: TableDef): readonly WriteCondition[] {
  return [{ kind: 'exists', attribute: table.key.partition[0]?.name ?? '' }];
}
