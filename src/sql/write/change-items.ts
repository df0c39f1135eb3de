import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { keyOf, keyText } from './item-of.ts';
import type { Matching } from './matching-keys.ts';
import { changeInTransaction } from './change-in-transaction.ts';
import { carryOut, isThere, type ItemChanges } from './item-changes.ts';
import { itemsOf } from './items-of.ts';
import { rowUpdates } from './row-update.ts';
import type { StatementScope } from './source-rows.ts';
import { writeItem, type WriteResult } from './write-item.ts';

/** How often an item that others keep changing is read and tried again. */
const MOST_ROUNDS = 8;

/**
 * Changes the items of the keys, each only if it still is what the statement looked at. Gives the images that were asked
 * for. What another writer changed in between is looked at again, and changed if it still meets WHERE.
 */
export async function changeItems(
  changes: ItemChanges,
  matching: Matching,
  reading: StatementScope,
  writes: WriteStats,
): Promise<readonly AttributeMap[]> {
  const { transaction } = reading.context.writing;
  if (transaction !== undefined) return changeInTransaction(changes, matching, transaction, reading, writes);
  const { keys, checks, found } = matching;
  const images: AttributeMap[] = [];
  const { table } = changes;
  let left = keys;
  if (checks !== undefined && changes.blind) {
    const conditions = [
      ...isThere(table),
      ...checks,
      ...changes.assignments.flatMap(({ byDynamo }) => byDynamo?.needs ?? []),
    ];
    const refused: Key[] = [];
    await inParallel(keys, reading.context.settings.threads, async (key) => {
      const { context, signal } = reading;
      const change = changes.change(key, undefined, conditions);
      const result = await writeItem(change, changes.returned, table, context, writes, signal);
      if (result.kind === 'done') keepImage(images, result);
      else refused.push(key);
    });
    left = refused;
    if (refused.length > 0 && changes.assignments.every(({ byDynamo }) => byDynamo?.needs.length === 0)) {
      // WHERE was all that could refuse: the items do not meet it now.
      if (found) writes.conflicts += refused.length;
      return images;
    }
  }
  await changeRead(changes, left, reading, writes, images);
  return images;
}

/** Reads the items, finds what becomes of them, and writes; again for those that somebody changed meanwhile. */
async function changeRead(
  changes: ItemChanges,
  keys: readonly Key[],
  reading: StatementScope,
  writes: WriteStats,
  images: AttributeMap[],
): Promise<void> {
  const { context } = reading;
  const { onConflict } = context.writing;
  let left = keys;
  for (let round = 0; left.length > 0; round += 1) {
    const again: Key[] = [];
    for (let at = 0; at < left.length; at += LIMITS.batchGetKeys.most) {
      const items = await itemsOf(left.slice(at, at + LIMITS.batchGetKeys.most), changes.table, reading);
      const updates = await rowUpdates(changes, items, reading);
      await inParallel(
        updates.filter((update) => update !== undefined),
        context.settings.threads,
        async (update) => {
          const key = keyOf(update.item, changes.table);
          const conditions = [...isThere(changes.table), ...update.conditions];
          const result = await carryOut(changes, { ...update, conditions }, reading, writes);
          if (result.kind === 'done') keepImage(images, result);
          else {
            writes.conflicts += 1;
            if (onConflict === 'Error' || (onConflict === 'Retry' && round + 1 >= MOST_ROUNDS))
              throw new DriverError(
                'EXEC_CONFLICT',
                `The item with the key ${keyText(key, changes.table)} was changed by somebody else${onConflict === 'Retry' ? ' again and again' : ' meanwhile'}.`,
              );
            if (onConflict === 'Retry') again.push(key);
          }
        },
      );
    }
    left = again;
  }
}

function keepImage(images: AttributeMap[], { item }: WriteResult): void {
  if (item !== undefined) images.push(item);
}
