import type { Node, TransactionStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import type { ExecutionContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { commit } from './commit.ts';
import { openTransaction } from './open-transaction.ts';
import { type Command, type CommandResult, done } from '../exec/command.ts';

/** `BEGIN`, `START TRANSACTION`, `COMMIT`, `END`, `ROLLBACK`, `ABORT` */
export const transaction: Command = {
  nodes: ['TransactionStmt'],
  async run(parsed, _parameters, context, signal) {
    const statement = statementOf(parsed);
    if (context.block.endedBy === 'function')
      throw new DriverError(
        'SQL_IN_TRANSACTION',
        'This transaction ends with its function: it commits when that returns, and rolls back when that throws.',
        { remedy: 'Return from the function, or throw within it.' },
      );
    const { kind } = statement;
    if (kind === undefined) throw parsed.refusal();
    switch (kind) {
      case 'TRANS_STMT_BEGIN':
        return begin('BEGIN', statement, context);
      case 'TRANS_STMT_START':
        return begin('START TRANSACTION', statement, context);
      case 'TRANS_STMT_COMMIT':
        refuseChain(statement);
        return commitOpen(context, signal);
      case 'TRANS_STMT_ROLLBACK':
        refuseChain(statement);
        return rollback(context);
      case 'TRANS_STMT_SAVEPOINT':
      case 'TRANS_STMT_RELEASE':
      case 'TRANS_STMT_ROLLBACK_TO':
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          'Savepoints are not supported: a transaction takes place as a whole or not at all.',
          { position: parsed.position(0), remedy: 'Make it two transactions.' },
        );
      case 'TRANS_STMT_PREPARE':
      case 'TRANS_STMT_COMMIT_PREPARED':
      case 'TRANS_STMT_ROLLBACK_PREPARED':
        throw new DriverError('SQL_NOT_SUPPORTED', 'DynamoDB keeps no prepared transactions.', {
          position: parsed.position(0),
        });
    }
  },
};

function statementOf({ node, refusal }: ParsedCommand): TransactionStmt {
  if (!('TransactionStmt' in node)) throw refusal();
  return node.TransactionStmt;
}

function refuseChain({ chain }: TransactionStmt): void {
  if (chain === true)
    throw new DriverError('SQL_NOT_SUPPORTED', 'AND CHAIN is not supported.', {
      remedy: 'Write COMMIT or ROLLBACK, and then BEGIN.',
    });
}

function begin(
  tag: string,
  { options = [] }: TransactionStmt,
  { block, warn }: ExecutionContext,
): CommandResult {
  if (block.open !== undefined) {
    warn('There is a transaction in progress already');
    return done(tag);
  }
  const settings = new Map(options.map(settingOf));
  const level = settings.get('transaction_isolation');
  if (level === 'serializable' || level === 'repeatable read')
    warn(
      `ISOLATION LEVEL ${level.toUpperCase()}: COMMIT checks what was written and what was read FOR UPDATE; other reads it does not`,
    );
  block.open = openTransaction(settings.get('transaction_read_only') === '1');
  return done(tag);
}

function settingOf(node: Node): readonly [string, string] {
  const { defname = '', arg } = 'DefElem' in node ? node.DefElem : {};
  if (arg === undefined || !('A_Const' in arg)) return [defname, ''];
  const { sval, ival } = arg.A_Const;
  return [defname, sval?.sval ?? String(ival?.ival ?? 0)];
}

async function commitOpen(context: ExecutionContext, signal: AbortSignal): Promise<CommandResult> {
  const { block, client, warn, writing } = context;
  const { open } = block;
  if (open === undefined) {
    warn('There is no transaction in progress');
    return done('COMMIT');
  }
  if (open.failure !== undefined) return rollback(context);
  // This is one of them.
  if (open.running > 1)
    throw new DriverError(
      'SQL_IN_TRANSACTION',
      `COMMIT: ${open.running - 1} of the transaction's statements are still running.`,
      { remedy: 'Await them, and then COMMIT.' },
    );
  open.end();
  block.open = undefined;
  const writes = await commit(open, client, writing.maxWcu, signal);
  return { ...done('COMMIT'), writes };
}

function rollback({ block, warn }: ExecutionContext): CommandResult {
  if (block.open === undefined) warn('There is no transaction in progress');
  block.open?.end();
  block.open = undefined;
  return done('ROLLBACK');
}
