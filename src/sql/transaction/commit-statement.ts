import { inParallel } from '../../core/async/parallel.ts';
import { DriverError } from '../../core/errors.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import type { OpenTransaction, PlannedWrite } from '../exec/transaction-block.ts';
import { describeItem, duplicateKeyError } from '../write/item-key.ts';
import { withPartialResult } from '../write/returning.ts';
import { type SingleWrite, writeItem } from '../write/write-item.ts';
import { commitTransaction } from './commit.ts';

/**
 * Sends the writes of one statement, all or nothing. Endpoints without transactions, which only emulators are, get them one
 * by one: what is deleted goes last. `separately`: the writes do not depend on each other, and cost half of what they cost
 * in a transaction.
 */
export async function commitStatement(
  open: OpenTransaction,
  separately: boolean,
  context: StatementContext,
  signal: AbortSignal,
): Promise<WriteStats> {
  const { session, settings } = context;
  if (separately || open.writes.length === 1)
    return writeEach(open.writes, settings.threads, context, signal);
  try {
    return await commitTransaction(open, session.database, settings.maxWcu, signal);
  } catch (error) {
    if (!lacksTransactions(error)) throw error;
    const sorted = open.writes.toSorted((a, b) => Number(isDelete(a)) - Number(isDelete(b)));
    return writeEach(sorted, 1, context, signal);
  }
}

function isDelete({ write }: PlannedWrite): boolean {
  return write.kind === 'delete';
}

function lacksTransactions(error: unknown): boolean {
  const cause = error instanceof DriverError ? error.cause : undefined;
  return cause instanceof Error && cause.name === 'UnknownOperationException';
}

async function writeEach(
  writes: readonly PlannedWrite[],
  concurrency: number,
  context: StatementContext,
  signal: AbortSignal,
): Promise<WriteStats> {
  const stats = newWriteStats();
  try {
    await inParallel(writes, concurrency, async ({ write, table }) => {
      if (write.kind === 'check') return;
      const result = await writeItem(write, 'NONE', table, context, stats, signal);
      if (result.kind === 'refused') throw refusedError(write, table);
    });
  } catch (error) {
    throw withPartialResult(error, stats, 'written');
  }
  return stats;
}

function refusedError(write: SingleWrite, table: PlannedWrite['table']): DriverError {
  const key = write.kind === 'put' ? write.item : write.key;
  return write.conditions.some(({ kind }) => kind === 'absent')
    ? duplicateKeyError(key, table)
    : new DriverError('EXEC_CONFLICT', `the item ${describeItem(key, table)} was modified concurrently`);
}
