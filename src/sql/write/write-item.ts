import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { writeRequest, type ItemWrite, type Returned } from '../../dynamo/write/item-write.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { pastTransactions } from '../../dynamo/write/transact.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { ExecutionContext } from '../exec/context.ts';
import { valueAt } from '../engine/fits.ts';
import { keyOf } from './item-of.ts';
import { itemsOf } from './items-of.ts';
import { sameValue } from './same-value.ts';
import { unitsOfItem, writeGate } from './write-gate.ts';

export type Change = Exclude<ItemWrite, { kind: 'check' }>;

/** What became of one write: the image that was asked for, or the item as somebody else left it. */
export type WriteResult =
  | { readonly kind: 'done'; readonly item: AttributeMap | undefined }
  | { readonly kind: 'refused'; readonly item: AttributeMap | undefined };

/** Carries out one write, or hands it to the open transaction; that needs the item as it was read for its images. */
export async function writeItem(
  write: Change,
  returned: Returned,
  table: TableDef,
  context: ExecutionContext,
  stats: WriteStats,
  signal: AbortSignal,
  base?: AttributeMap,
): Promise<WriteResult> {
  const { transaction, maxWcu } = context.writing;
  const built = writeRequest(write, returned);
  checkWrite(built, new Map([[write.table, table.key]]));
  if (transaction !== undefined)
    return resultOf(write, transaction.write(write, table, { returned, base }), stats);
  const units = write.kind === 'put' && maxWcu !== undefined ? unitsOfItem(write.item, table) : 1;
  const outcome = await writeGate(stats, maxWcu).pass(units, () =>
    pastTransactions(
      () => context.client.write(built, stats, { once: !isRepeatable(write) }, signal),
      signal,
    ),
  );
  if (outcome.kind !== 'refused' || !outcome.uncertain || outcome.item !== undefined)
    return resultOf(write, outcome, stats);
  // Gone, or an emulator that keeps to itself what it refuses for.
  const item = await itemNow(write, table, context, signal);
  return resultOf(write, { ...outcome, item }, stats);
}

async function itemNow(
  write: Change,
  table: TableDef,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<AttributeMap | undefined> {
  const key = write.kind === 'put' ? keyOf(write.item, table) : write.key;
  const [item] = await itemsOf([key], table, { context, stats: newReadStats(), signal });
  return item;
}

function resultOf(write: Change, outcome: WriteOutcome, stats: WriteStats): WriteResult {
  switch (outcome.kind) {
    case 'done':
      stats.itemsWritten += 1;
      return { kind: 'done', item: outcome.item };
    case 'refused': {
      // An earlier try took place, and its answer was lost.
      if (outcome.uncertain && hasTakenPlace(write, outcome.item)) {
        stats.itemsWritten += 1;
        return { kind: 'done', item: outcome.item };
      }
      return { kind: 'refused', item: outcome.item };
    }
    case 'cancelled':
      throw new DriverError('EXEC_CONFLICT', 'The transaction was cancelled');
  }
}

/** Whether a second time changes nothing more. */
function isRepeatable(write: Change): boolean {
  return (
    write.kind !== 'update' ||
    write.actions.every(
      (action) =>
        (action.kind === 'remove' || (action.kind === 'set' && action.to.kind === 'value')) &&
        // A list is longer or shorter when it has taken place, and the position another's.
        action.path.every((step) => typeof step === 'string'),
    )
  );
}

/** Whether the item is as the write would have left it. */
function hasTakenPlace(write: Change, item: AttributeMap | undefined): boolean {
  switch (write.kind) {
    case 'put':
      return item !== undefined && sameValue({ M: write.item }, { M: item });
    case 'delete':
      return item === undefined;
    case 'update':
      return (
        item !== undefined &&
        write.actions.every((action) => {
          const there = valueAt(item, action.path);
          if (action.kind === 'remove') return there === undefined;
          return action.kind === 'set' && action.to.kind === 'value' && there !== undefined
            ? sameValue(there, action.to.value)
            : false;
        })
      );
  }
}
