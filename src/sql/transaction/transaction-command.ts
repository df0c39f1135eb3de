import type { Node, TransactionStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { commitTransaction } from './commit.ts';
import { endZoneChange } from '../exec/session-zone.ts';
import { openTransaction } from './open-transaction.ts';
import { type Command, type CommandResult, emptyResult } from '../exec/command.ts';
import { changeSavepoint, isSavepointStatement } from './savepoint.ts';

/** `BEGIN`, `START TRANSACTION`, `COMMIT`, `END`, `ROLLBACK`, `ABORT`, `SAVEPOINT`, `ROLLBACK TO`, `RELEASE` */
export const transaction: Command = {
  nodes: ['TransactionStmt'],
  async run(parsed, _parameters, context, signal) {
    const statement = asTransactionStatement(parsed);
    if (isSavepointStatement(statement)) return changeSavepoint(statement, parsed, context);
    if (context.block.endedBy === 'function')
      throw new DriverError(
        'SQL_IN_TRANSACTION',
        'BEGIN, COMMIT and ROLLBACK cannot be used in a transaction function: it commits when it returns and rolls back when it throws',
        { remedy: 'Return from the function to commit, or throw an error to roll back.' },
      );
    const { kind } = statement;
    if (kind === undefined) throw parsed.unsupported();
    switch (kind) {
      case 'TRANS_STMT_BEGIN':
        return beginTransaction('BEGIN', statement, context);
      case 'TRANS_STMT_START':
        return beginTransaction('START TRANSACTION', statement, context);
      case 'TRANS_STMT_COMMIT':
        refuseChain(statement);
        return commitOpen(context, signal);
      case 'TRANS_STMT_ROLLBACK':
        refuseChain(statement);
        return rollback(context);
      case 'TRANS_STMT_SAVEPOINT':
      case 'TRANS_STMT_RELEASE':
      case 'TRANS_STMT_ROLLBACK_TO':
        return changeSavepoint(statement, parsed, context);
      case 'TRANS_STMT_PREPARE':
      case 'TRANS_STMT_COMMIT_PREPARED':
      case 'TRANS_STMT_ROLLBACK_PREPARED':
        throw new DriverError('SQL_NOT_SUPPORTED', 'prepared transactions are not supported', {
          position: parsed.position(0),
        });
    }
  },
};

function asTransactionStatement({ node, unsupported }: ParsedCommand): TransactionStmt {
  if (!('TransactionStmt' in node)) throw unsupported();
  return node.TransactionStmt;
}

function refuseChain({ chain }: TransactionStmt): void {
  if (chain === true)
    throw new DriverError('SQL_NOT_SUPPORTED', 'AND CHAIN is not supported', {
      remedy: 'Write COMMIT or ROLLBACK, then BEGIN.',
    });
}

function beginTransaction(
  tag: string,
  { options = [] }: TransactionStmt,
  { block, session }: StatementContext,
): CommandResult {
  if (block.open !== undefined) {
    session.warn('there is already a transaction in progress');
    return emptyResult(tag);
  }
  const settings = new Map(options.map(parseMode));
  const level = settings.get('transaction_isolation');
  if (level === 'serializable' || level === 'repeatable read')
    session.warn(
      `ISOLATION LEVEL ${level.toUpperCase()} covers only writes and rows read with FOR UPDATE: COMMIT does not check other reads`,
    );
  block.open = openTransaction(settings.get('transaction_read_only') === '1');
  return emptyResult(tag);
}

function parseMode(node: Node): readonly [string, string] {
  const { defname = '', arg } = 'DefElem' in node ? node.DefElem : {};
  if (arg === undefined || !('A_Const' in arg)) return [defname, ''];
  const { sval, ival } = arg.A_Const;
  return [defname, sval?.sval ?? String(ival?.ival ?? 0)];
}

async function commitOpen(context: StatementContext, signal: AbortSignal): Promise<CommandResult> {
  const { block, session, settings } = context;
  const { open } = block;
  if (open === undefined) {
    session.warn('there is no transaction in progress');
    return emptyResult('COMMIT');
  }
  if (open.failure !== undefined) return rollback(context);
  // COMMIT itself counts as running.
  if (open.running > 1)
    throw new DriverError(
      'SQL_IN_TRANSACTION',
      `cannot commit: ${open.running - 1} statements of the transaction are still running`,
      { remedy: 'Await them before COMMIT.' },
    );
  open.end();
  block.open = undefined;
  let outcome: 'commit' | 'rollback' = 'rollback';
  try {
    const writes = await commitTransaction(open, session.database, settings.maxWcu, signal);
    outcome = 'commit';
    return { ...emptyResult('COMMIT'), writes };
  } finally {
    endZoneChange(session.zone, outcome);
  }
}

function rollback({ block, session }: StatementContext): CommandResult {
  if (block.open === undefined) session.warn('there is no transaction in progress');
  block.open?.end();
  block.open = undefined;
  endZoneChange(session.zone, 'rollback');
  return emptyResult('ROLLBACK');
}
