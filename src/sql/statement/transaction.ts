import { DriverError } from '../../core/errors.ts';
import type { SessionContext } from '../exec/context.ts';
import type { TransactionBlock } from '../exec/transaction-block.ts';
import { commitTransaction } from '../transaction/commit.ts';
import { endZoneChange } from '../exec/session-zone.ts';
import { openTransaction } from '../transaction/open-transaction.ts';
import { failedTransaction } from './within-transaction.ts';

/**
 * Runs a function whose statements, run in the block that it is called with, are one transaction. Commits when the
 * function returns, and writes nothing when it throws.
 */
export async function runTransaction<T>(
  work: (block: TransactionBlock) => Promise<T>,
  { readOnly = false }: { readonly readOnly?: boolean },
  session: SessionContext,
  signal: AbortSignal,
): Promise<T> {
  const open = openTransaction(readOnly);
  try {
    const result = await work({ open, endedBy: 'function' });
    if (open.failure !== undefined) throw failedTransaction(open);
    if (open.running > 0)
      throw new DriverError(
        'SQL_IN_TRANSACTION',
        `${open.running} statements of the transaction were still running when its function returned`,
        { remedy: 'Await every statement within the function.' },
      );
    open.end();
    await commitTransaction(open, session.database, session.defaults.maxWcu, signal);
    endZoneChange(session.zone, 'commit');
    return result;
  } finally {
    open.end();
    endZoneChange(session.zone, 'rollback');
  }
}
