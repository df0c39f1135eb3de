import { DriverError } from '../../core/errors.ts';
import { inParallel } from '../../core/async/parallel.ts';
import type { Key } from '../../dynamo/read/access-path.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import { describeItem, extractKey } from './item-key.ts';
import type { MatchingKeys } from './matching-keys.ts';
import { changeInTransaction } from './change-in-transaction.ts';
import { applyItemChange, type ItemChanges, toItemImage } from './item-changes.ts';
import type { ItemImage } from './item-image.ts';
import { isSameValue } from './same-value.ts';
import { existsConditions } from './item-conditions.ts';
import { concurrentChangeError, MAX_ATTEMPTS } from './concurrent-change.ts';
import { fetchItems } from './fetch-items.ts';
import { computeRowUpdates } from './row-update.ts';
import type { StatementScope } from './statement-scope.ts';
import type { WriteResult } from './write-item.ts';
import { writeWithImages } from './write-with-images.ts';

/**
 * Changes the items of the keys, each only if it is unchanged since the statement read it. An item that was modified in
 * between is read again, and changed if it still matches WHERE. Returns the images for RETURNING.
 */
export async function changeItems(
  changes: ItemChanges,
  matching: MatchingKeys,
  scope: StatementScope,
  writes: WriteStats,
): Promise<readonly ItemImage[]> {
  const { buffer: transaction } = scope.context;
  if (transaction !== undefined) return changeInTransaction(changes, matching, transaction, scope, writes);
  const { keys, checks, searched } = matching;
  const images: ItemImage[] = [];
  const { table } = changes;
  let remaining = keys;
  if (checks !== undefined && changes.blind) {
    const conditions = [
      ...existsConditions(table),
      ...checks,
      ...changes.assignments.flatMap(({ nativeUpdate: byDynamo }) => byDynamo?.needs ?? []),
    ];
    const refused: Key[] = [];
    await inParallel(keys, scope.context.settings.threads, async (key) => {
      const { context, signal } = scope;
      const change = changes.buildWrite(key, undefined, conditions);
      const result = await writeWithImages(change, changes.returned, table, context, writes, signal);
      if (result.kind === 'done') keepImage(images, result, changes);
      else refused.push(key);
    });
    remaining = refused;
    if (
      refused.length > 0 &&
      changes.assignments.every(({ nativeUpdate: byDynamo }) => byDynamo?.needs.length === 0)
    ) {
      // WHERE was the only condition that could fail: the items no longer match it.
      if (searched) writes.conflicts += refused.length;
      return images;
    }
  }
  await readAndChange(changes, remaining, scope, writes, images);
  return images;
}

/** Reads the items, computes their changes and writes them; repeats it for those that were modified in between. */
async function readAndChange(
  changes: ItemChanges,
  keys: readonly Key[],
  scope: StatementScope,
  writes: WriteStats,
  images: ItemImage[],
): Promise<void> {
  const { context } = scope;
  const { onConflict } = context.settings;
  let remaining = keys;
  /** The items whose last change was refused, as it was read. */
  let before = new Map<string, AttributeMap>();
  for (let attempt = 1; remaining.length > 0; attempt += 1) {
    const modified: Key[] = [];
    const refused = new Map<string, AttributeMap>();
    for (let at = 0; at < remaining.length; at += LIMITS.batchGetKeys.max) {
      const items = await fetchItems(remaining.slice(at, at + LIMITS.batchGetKeys.max), changes.table, scope);
      const updates = await computeRowUpdates(changes, items, scope);
      await inParallel(
        updates.filter((update) => update !== undefined),
        context.settings.threads,
        async (update) => {
          const key = extractKey(update.item, changes.table);
          const conditions = [...existsConditions(changes.table), ...update.conditions];
          const result = await applyItemChange(changes, { ...update, conditions }, scope, writes);
          if (result.kind === 'done') keepImage(images, result, changes);
          else {
            writes.conflicts += 1;
            const identity = keyIdentity(key);
            const last = before.get(identity);
            if (last !== undefined && isSameValue({ M: last }, { M: update.item }))
              throw uncomparableError(key, changes.table);
            refused.set(identity, update.item);
            if (onConflict === 'Error' || (onConflict === 'Retry' && attempt >= MAX_ATTEMPTS))
              throw concurrentChangeError(key, changes.table, onConflict);
            if (onConflict === 'Retry') modified.push(key);
          }
        },
      );
    }
    remaining = modified;
    before = refused;
  }
}

/** Two reads in a row found the same item, but the condition that it is unchanged failed. */
function uncomparableError(key: Key, table: TableDef): DriverError {
  return new DriverError(
    'DYNAMO_REFUSED',
    `the endpoint refuses to change the item ${describeItem(key, table)}, although it is unchanged`,
    {
      remedy:
        'The endpoint does not compare these values as DynamoDB does. Set single members of the document, or use DynamoDB Local.',
    },
  );
}

function keepImage(images: ItemImage[], result: WriteResult, changes: ItemChanges): void {
  const image = toItemImage(result, changes);
  if (image !== undefined) images.push(image);
}
