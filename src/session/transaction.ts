import { DriverError } from '../core/errors.ts';
import type { ExecutionContext } from '../sql/exec/context.ts';
import { commit } from '../sql/transaction/commit.ts';
import { openTransaction } from '../sql/transaction/open-transaction.ts';
import type { Transaction, TransactionOptions } from './connection.ts';
import { failedTransaction } from './within-transaction.ts';

/** Runs the work in a transaction of its own: it commits when the work is done, and writes nothing when that throws. */
export async function runTransaction<T>(
  work: (transaction: Transaction) => Promise<T>,
  { readOnly = false }: TransactionOptions,
  context: ExecutionContext,
  handleOn: (context: ExecutionContext) => Transaction,
  signal: AbortSignal,
): Promise<T> {
  const open = openTransaction(readOnly);
  const handle = handleOn({ ...context, block: { open, endedBy: 'function' } });
  try {
    const result = await work(handle);
    if (open.failure !== undefined) throw failedTransaction(open);
    if (open.running > 0)
      throw new DriverError(
        'SQL_IN_TRANSACTION',
        `${open.running} of the transaction's statements were still running when its function returned.`,
        { remedy: 'Await every statement within the function.' },
      );
    open.end();
    await commit(open, context.client, context.writing.maxWcu, signal);
    return result;
  } finally {
    open.end();
  }
}
