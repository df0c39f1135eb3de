import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { WriteCondition } from '../../dynamo/write/item-write.ts';
import { distinctKeys, keyIdentity } from '../../dynamo/key.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { findValue } from '../engine/fits.ts';
import { applyItemChange, type ItemChanges, toItemImage } from './item-changes.ts';
import type { ItemImage } from './item-image.ts';
import { existsConditions } from './item-conditions.ts';
import { extractKey } from './item-key.ts';
import { fetchItems } from './fetch-items.ts';
import type { MatchingKeys } from './matching-keys.ts';
import { computeRowUpdates } from './row-update.ts';
import type { StatementScope } from './statement-scope.ts';
import type { TransactionBuffer } from '../exec/transaction-block.ts';

/**
 * In a transaction the statement reads every item, so that its row count is right, and the writes are sent at COMMIT. It
 * sees what earlier statements of the transaction have written. Returns the images for RETURNING.
 */
export async function changeInTransaction(
  changes: ItemChanges,
  { keys, checks, searched }: MatchingKeys,
  transaction: TransactionBuffer,
  scope: StatementScope,
  writes: WriteStats,
): Promise<readonly ItemImage[]> {
  const { table, returned } = changes;
  const written = transaction.listKeys(table);
  const touched = new Set(written.map(keyIdentity));
  // The read sees what DynamoDB has stored; items that this transaction has written may match WHERE as well.
  const all = searched ? distinctKeys([...keys, ...written]) : keys;
  const needs = changes.assignments.flatMap(({ nativeUpdate: byDynamo }) => byDynamo?.needs ?? []);
  const images: ItemImage[] = [];
  for (let at = 0; at < all.length; at += LIMITS.batchGetKeys.max) {
    const items = await fetchItems(all.slice(at, at + LIMITS.batchGetKeys.max), table, scope);
    for (const update of await computeRowUpdates(changes, items, scope)) {
      if (update === undefined) continue;
      const { item } = update;
      const blind =
        changes.blind &&
        checks !== undefined &&
        returned === 'NONE' &&
        !touched.has(keyIdentity(extractKey(item, table))) &&
        needs.every((need) => isMet(need, item));
      const result = await applyItemChange(
        changes,
        blind
          ? { item, actions: undefined, conditions: [...existsConditions(table), ...checks, ...needs] }
          : { ...update, conditions: [...existsConditions(table), ...update.conditions] },
        scope,
        writes,
      );
      const image = toItemImage(result, changes);
      if (image !== undefined) images.push(image);
    }
  }
  return images;
}

/** Whether the item has the operand that an update expression needs. */
function isMet(need: WriteCondition, item: AttributeMap): boolean {
  if (need.kind === 'or') return need.of.some((each) => isMet(each, item));
  const value = 'path' in need ? findValue(item, need.path) : undefined;
  if (need.kind === 'attributeExists') return (value === undefined) === (need.negated === true);
  if (value === undefined || 'NULL' in value) return false;
  return need.kind === 'isNotNull' || (need.kind === 'hasType' && need.type in value);
}
