import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import {
  buildWriteRequest,
  type BuiltWrite,
  type ItemWrite,
  type ReturnValues,
} from '../../dynamo/write/item-write.ts';
import { checkWrite } from '../../dynamo/lint/lint-writes.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { retryConflicts } from '../../dynamo/write/transact.ts';
import type { WriteOutcome } from '../../dynamo/write/write.ts';
import type { WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import { recordWrite } from './record-write.ts';
import { findValue } from '../engine/fits.ts';
import { extractKey } from './item-key.ts';
import { fetchItems } from './fetch-items.ts';
import { isSameValue } from './same-value.ts';
import { comparesDocuments, isUnchanged, spellOutDocuments } from './spell-out-documents.ts';
import { estimatePutUnits, getWriteBudget } from './write-budget.ts';

export type SingleWrite = Exclude<ItemWrite, { kind: 'check' }>;

/** The outcome of one write: the requested image, or the current item if the condition failed. */
export type WriteResult =
  | {
      readonly kind: 'done';
      readonly item: AttributeMap | undefined;
      /** The item before the write, where the caller needs both images: see `writeWithImages`. */
      readonly old?: AttributeMap | undefined;
      /** The response was lost, and `item` is the current item, whatever image was requested. */
      readonly isRepeated?: true;
    }
  | { readonly kind: 'refused'; readonly item: AttributeMap | undefined };

/** Performs one write, or adds it to the open transaction, which needs the item as read (`base`) to predict images. */
export async function writeItem(
  write: SingleWrite,
  returned: ReturnValues,
  table: TableDef,
  context: StatementContext,
  stats: WriteStats,
  signal: AbortSignal,
  base?: AttributeMap,
): Promise<WriteResult> {
  const { buffer: transaction, settings } = context;
  const { maxWcu } = settings;
  const built = buildWriteRequest(write, returned);
  const keys = new Map([[write.table, table.key]]);
  checkWrite(built, keys);
  if (transaction !== undefined) {
    context.trace.hasWritten = true;
    return toWriteResult(write, transaction.write(write, table, { returned, base }), stats);
  }
  const send = (request: BuiltWrite): Promise<WriteOutcome> =>
    getWriteBudget(stats, maxWcu).spend(
      write.kind === 'put' && maxWcu !== undefined ? estimatePutUnits(write.item, table) : 1,
      () =>
        retryConflicts(
          () => context.session.database.client.write(request, stats, { once: !isRepeatable(write) }, signal),
          signal,
        ),
    );
  let outcome = await send(built).catch((error: unknown): WriteOutcome => {
    if (!isWrongOperand(error) || write.conditions.length === 0) throw error;
    return { kind: 'refused', item: undefined, uncertain: false };
  });
  if (mayBeUnchanged(outcome, write)) {
    const spelledOut = buildWriteRequest(
      { ...write, conditions: spellOutDocuments(write.conditions) },
      returned,
    );
    checkWrite(spelledOut, keys);
    outcome = await send(spelledOut);
  }
  // The item is deleted, or this is an emulator that does not return it with a failed condition.
  const isUnseen = outcome.kind === 'refused' && outcome.uncertain && outcome.item === undefined;
  const item = isUnseen ? await fetchCurrentItem(write, table, context, signal) : undefined;
  const result = toWriteResult(
    write,
    outcome.kind === 'refused' && isUnseen ? { ...outcome, item } : outcome,
    stats,
  );
  if (result.kind === 'done') recordWrite(write, table, context);
  return result;
}

/** Some emulators compute with a value of another type before they test the condition on its type. */
function isWrongOperand(error: unknown): boolean {
  return (
    error instanceof DriverError &&
    /operand in the update expression has an incorrect data type/.test(error.message)
  );
}

/** Whether the write was refused though the item may be unchanged: some emulators never find two documents equal. */
function mayBeUnchanged(outcome: WriteOutcome, { conditions }: SingleWrite): boolean {
  return (
    outcome.kind === 'refused' &&
    !outcome.uncertain &&
    comparesDocuments(conditions) &&
    (outcome.item === undefined || isUnchanged(conditions, outcome.item))
  );
}

async function fetchCurrentItem(
  write: SingleWrite,
  table: TableDef,
  context: StatementContext,
  signal: AbortSignal,
): Promise<AttributeMap | undefined> {
  const key = write.kind === 'put' ? extractKey(write.item, table) : write.key;
  const [item] = await fetchItems([key], table, { context, stats: newReadStats(), signal });
  return item;
}

function toWriteResult(write: SingleWrite, outcome: WriteOutcome, stats: WriteStats): WriteResult {
  switch (outcome.kind) {
    case 'done':
      stats.itemsWritten += 1;
      return { kind: 'done', item: outcome.item };
    case 'refused': {
      // An earlier attempt succeeded, but its response was lost.
      if (outcome.uncertain && hasTakenPlace(write, outcome.item)) {
        stats.itemsWritten += 1;
        return { kind: 'done', item: outcome.item, isRepeated: true };
      }
      return { kind: 'refused', item: outcome.item };
    }
    case 'cancelled':
      throw new DriverError('EXEC_CONFLICT', 'the transaction was cancelled');
  }
}

/** Whether repeating the write changes nothing. */
function isRepeatable(write: SingleWrite): boolean {
  return (
    write.kind !== 'update' ||
    write.actions.every(
      (action) =>
        (action.kind === 'remove' || (action.kind === 'set' && action.to.kind === 'value')) &&
        // Repeating a write to a list element could hit another element, because the list has changed.
        action.path.every((step) => typeof step === 'string'),
    )
  );
}

/** Whether the item looks as the write would have left it. */
function hasTakenPlace(write: SingleWrite, item: AttributeMap | undefined): boolean {
  switch (write.kind) {
    case 'put':
      return item !== undefined && isSameValue({ M: write.item }, { M: item });
    case 'delete':
      return item === undefined;
    case 'update':
      return (
        item !== undefined &&
        write.actions.every((action) => {
          const current = findValue(item, action.path);
          if (action.kind === 'remove') return current === undefined;
          return action.kind === 'set' && action.to.kind === 'value' && current !== undefined
            ? isSameValue(current, action.to.value)
            : false;
        })
      );
  }
}
