import { DriverError, messageOf } from '../core/errors.ts';
import { commandOf } from '../sql/statement/registry.ts';
import type { ExecutionContext } from '../sql/exec/context.ts';
import type { ParsedCommand, ParsedStatement } from '../sql/parse/parse.ts';
import type { PartiqlStatement } from '../sql/parse/partiql.ts';
import type { OpenTransaction } from '../sql/exec/transaction-block.ts';
import { called } from '../sql/transaction/open-transaction.ts';
import type { TransactionBlock } from '../sql/exec/transaction-block.ts';
import type { Started } from './row-stream.ts';

type Statement = ParsedStatement | PartiqlStatement;

/** Starts a statement as part of the open transaction, if there is one; when it fails, so has the transaction. */
export async function withinTransaction(
  statement: Statement,
  context: ExecutionContext,
  start: (context: ExecutionContext) => Promise<Started>,
): Promise<Started> {
  const { open } = context.block;
  if (open === undefined) return start(context);
  const control = statement.kind === 'command' ? controlOf(statement) : undefined;
  if (open.failure !== undefined && control !== 'ends') throw failedTransaction(open);
  if (control !== undefined) return start(context);
  const { statement: own, sink } = open.begin({ text: statement.text, looksFirst: looksFirst(statement) });
  const fail = (error: unknown): unknown => {
    open.fail(own, error);
    return error;
  };
  try {
    refuseWithin(statement, open);
    warnOfWrites(statement, open, context);
    const started = await start({
      ...context,
      settings: { ...context.settings, consistentReads: context.settings.consistentReads || open.readOnly },
      writing: { ...context.writing, transaction: sink },
    });
    return { ...started, arrays: () => watched(started.arrays()), objects: () => watched(started.objects()) };
  } catch (error) {
    throw fail(error);
  }

  async function* watched<T>(batches: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* batches;
    } catch (error) {
      throw fail(error);
    }
  }
}

/**
 * Counts a call as running from its first moment on, and whatever fails in it as the transaction's failure: so does, as
 * PostgreSQL has it, a text that cannot be parsed.
 */
export async function asPartOf<T>(
  { open }: TransactionBlock,
  text: string,
  call: () => Promise<T>,
): Promise<T> {
  if (open === undefined) return call();
  open.enter();
  try {
    return await call();
  } catch (error) {
    if (open.failure === undefined) open.fail(open.begin({ text, looksFirst: false }).statement, error);
    throw error;
  } finally {
    open.leave();
  }
}

/** The error of everything but ROLLBACK after a failure. */
export function failedTransaction({ failure }: OpenTransaction): DriverError {
  const why =
    failure === undefined ? '' : `: ${called(failure.statement)} failed: ${messageOf(failure.error)}`;
  return new DriverError('SQL_FAILED_TRANSACTION', `The transaction can only be rolled back${why}`, {
    cause: failure?.error,
  });
}

/** Whether a command begins or ends transactions. */
function controlOf({ node }: ParsedCommand): 'begins' | 'ends' | undefined {
  if (!('TransactionStmt' in node)) return undefined;
  const { kind } = node.TransactionStmt;
  return kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' ? 'ends' : 'begins';
}

function looksFirst(statement: Statement): boolean {
  return (
    statement.kind === 'command' &&
    'InsertStmt' in statement.node &&
    statement.node.InsertStmt.onConflictClause !== undefined
  );
}

function refuseWithin(statement: Statement, open: OpenTransaction): void {
  if (statement.kind === 'partiql')
    throw new DriverError(
      'SQL_IN_TRANSACTION',
      'PartiQL goes to DynamoDB at once, and not into a transaction.',
    );
  if (statement.kind !== 'command' || (statement.explain && !statement.analyze)) return;
  const verb = /^\s*(\w+)/.exec(statement.text)?.[1]?.toUpperCase() ?? 'The statement';
  const does = commandOf(statement).transactional?.(statement);
  if (does === undefined)
    throw new DriverError('SQL_IN_TRANSACTION', `${verb} cannot run inside a transaction.`);
  if (open.readOnly && does === 'writes')
    throw new DriverError('SQL_READ_ONLY', `${verb} writes, and the transaction is READ ONLY.`, {
      remedy: 'Begin the transaction without READ ONLY.',
    });
}

/** Queries read what DynamoDB has. */
function warnOfWrites(statement: Statement, open: OpenTransaction, { warn }: ExecutionContext): void {
  const count = open.writes.filter(({ write }) => write.kind !== 'check').length;
  if (statement.kind === 'select' && statement.locks !== true && count > 0)
    warn(
      `SELECT does not see the ${count === 1 ? 'write' : `${count} writes`} of this transaction before COMMIT; SELECT … FOR UPDATE does`,
    );
}
