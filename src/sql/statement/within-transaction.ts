import { DriverError, getErrorMessage } from '../../core/errors.ts';
import type { StatementContext } from '../exec/context.ts';
import type { RowReader } from '../exec/direct.ts';
import type { OpenTransaction, TransactionBlock } from '../exec/transaction-block.ts';
import { formatStatement } from '../transaction/open-transaction.ts';
import { withPendingColumns } from '../transaction/pending-columns.ts';
import type { TransactionRole } from './statement.ts';
import { wrapPages } from './wrap-pages.ts';

/** What a transaction needs to know of a statement that runs in it. */
interface Member {
  readonly text: string;
  readonly role: TransactionRole;
}

/**
 * Runs a statement as part of the context's open transaction, if there is one: its writes wait for COMMIT, and its
 * failure is the transaction's.
 */
export async function withinTransaction<T extends RowReader>(
  { text, role }: Member,
  context: StatementContext,
  run: (context: StatementContext) => Promise<T>,
): Promise<T> {
  const { open } = context.block;
  if (open === undefined) return await run(context);
  if (open.failure !== undefined && !(role.kind === 'control' && role.afterFailure))
    throw failedTransaction(open);
  if (role.kind === 'control') return run(context);
  const looksFirst = role.kind === 'writes' && role.looksFirst;
  const { statement, buffer } = open.beginStatement({ text, looksFirst });
  const fail = (error: unknown): unknown => {
    open.fail(statement, error);
    return error;
  };
  try {
    assertAllowed(text, role, open);
    const reading = open.readOnly ? context.withSettings({ consistentReads: true }) : context;
    const seeing = buffer.earlier === undefined ? reading : reading.withOverlay(buffer.earlier);
    const catalog = withPendingColumns(seeing.catalog, open.writes, seeing.settings.decimals);
    const running = await run(seeing.derive({ buffer, catalog }));
    return wrapPages(running, watched);
  } catch (error) {
    throw fail(error);
  }

  async function* watched<P>(pages: AsyncGenerator<P[]>): AsyncGenerator<P[]> {
    try {
      yield* pages;
    } catch (error) {
      throw fail(error);
    }
  }
}

/**
 * Counts the call as running until it ends, and makes its failure the transaction's. As in PostgreSQL, that includes a
 * statement that cannot be parsed.
 */
export async function trackCall<T>(
  { open }: TransactionBlock,
  text: string,
  call: () => Promise<T>,
): Promise<T> {
  if (open === undefined) return await call();
  open.enter();
  try {
    return await call();
  } catch (error) {
    if (open.failure === undefined)
      open.fail(open.beginStatement({ text, looksFirst: false }).statement, error);
    throw error;
  } finally {
    open.leave();
  }
}

/** The error of every statement but ROLLBACK and ROLLBACK TO after a failure. */
export function failedTransaction({ failure }: OpenTransaction): DriverError {
  const why =
    failure === undefined
      ? ''
      : `: ${formatStatement(failure.statement)} failed: ${getErrorMessage(failure.error)}`;
  return new DriverError(
    'SQL_FAILED_TRANSACTION',
    `current transaction is aborted, commands ignored until end of transaction block${why}`,
    { cause: failure?.error },
  );
}

function assertAllowed(text: string, role: TransactionRole, open: OpenTransaction): void {
  const keyword = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'the statement';
  if (role.kind === 'refused')
    throw new DriverError(
      'SQL_IN_TRANSACTION',
      role.reason ?? `${keyword} cannot run inside a transaction block`,
    );
  if (open.readOnly && role.kind === 'writes')
    throw new DriverError('SQL_READ_ONLY', `cannot execute ${keyword} in a read-only transaction`, {
      remedy: 'Begin the transaction without READ ONLY.',
    });
}
