import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import { distinctKeys, keyIdentity } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { valueAt } from '../engine/fits.ts';
import { carryOut, isThere, type ItemChanges } from './item-changes.ts';
import { keyOf } from './item-of.ts';
import { itemsOf } from './items-of.ts';
import type { Matching } from './matching-keys.ts';
import { rowUpdates } from './row-update.ts';
import type { StatementScope } from './source-rows.ts';
import type { TransactionBuffer } from '../exec/write-options.ts';

/**
 * Within a transaction every item is read at the statement, so that its count is true, and written at COMMIT. What the
 * transaction has written before counts as read. Gives the images that were asked for.
 */
export async function changeInTransaction(
  changes: ItemChanges,
  { keys, checks, found }: Matching,
  transaction: TransactionBuffer,
  reading: StatementScope,
  writes: WriteStats,
): Promise<readonly AttributeMap[]> {
  const { table, returned } = changes;
  const own = transaction.keysOf(table);
  const touched = new Set(own.map(keyIdentity));
  // A search sees what DynamoDB has; the transaction's own items may meet WHERE as well.
  const all = found ? distinctKeys([...keys, ...own]) : keys;
  const needs = changes.assignments.flatMap(({ byDynamo }) => byDynamo?.needs ?? []);
  const images: AttributeMap[] = [];
  for (let at = 0; at < all.length; at += LIMITS.batchGetKeys.most) {
    const items = await itemsOf(all.slice(at, at + LIMITS.batchGetKeys.most), table, reading);
    for (const update of await rowUpdates(changes, items, reading)) {
      if (update === undefined) continue;
      const { item } = update;
      const blind =
        changes.blind &&
        checks !== undefined &&
        returned === 'NONE' &&
        !touched.has(keyIdentity(keyOf(item, table))) &&
        needs.every((need) => isMet(need, item));
      const result = await carryOut(
        changes,
        blind
          ? { item, actions: undefined, conditions: [...isThere(table), ...checks, ...needs] }
          : { ...update, conditions: [...isThere(table), ...update.conditions] },
        reading,
        writes,
      );
      if (result.kind === 'done' && result.item !== undefined) images.push(result.item);
    }
  }
  return images;
}

/** Whether an operand is there, as a computation by DynamoDB needs it. */
function isMet(need: WriteCondition, item: AttributeMap): boolean {
  const value = 'path' in need ? valueAt(item, need.path) : undefined;
  if (value === undefined || 'NULL' in value) return false;
  return need.kind === 'isNotNull' || (need.kind === 'hasType' && need.type in value);
}
