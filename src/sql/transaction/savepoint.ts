import type { TransactionStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { type CommandResult, emptyResult } from '../exec/command.ts';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';

const KEYWORDS: ReadonlyMap<string | undefined, string> = new Map([
  ['TRANS_STMT_SAVEPOINT', 'SAVEPOINT'],
  ['TRANS_STMT_RELEASE', 'RELEASE SAVEPOINT'],
  ['TRANS_STMT_ROLLBACK_TO', 'ROLLBACK TO SAVEPOINT'],
]);

export function isSavepointStatement({ kind }: TransactionStmt): boolean {
  return KEYWORDS.has(kind);
}

/** `SAVEPOINT name`, `ROLLBACK TO name` and `RELEASE name`. All writes wait in memory, so a savepoint sends nothing. */
export function changeSavepoint(
  { kind, savepoint_name: name = '', location = 0 }: TransactionStmt,
  parsed: ParsedCommand,
  { block: { open } }: StatementContext,
): CommandResult {
  const keyword = KEYWORDS.get(kind) ?? '';
  if (open === undefined)
    throw new DriverError('SQL_NO_TRANSACTION', `${keyword} can only be used in transaction blocks`);
  if (kind === 'TRANS_STMT_SAVEPOINT') {
    open.savepoint(name);
    return emptyResult('SAVEPOINT');
  }
  const found = kind === 'TRANS_STMT_RELEASE' ? open.release(name) : open.rollbackTo(name);
  if (!found)
    throw new DriverError('SQL_UNKNOWN_SAVEPOINT', `savepoint "${name}" does not exist`, {
      position: parsed.position(location),
    });
  return emptyResult(kind === 'TRANS_STMT_RELEASE' ? 'RELEASE' : 'ROLLBACK');
}
