import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { findCommand } from './registry.ts';
import type { StatementBody, TransactionRole } from './statement.ts';

/** A statement that is not a query: INSERT, COPY, CREATE VIEW, SHOW, COMMIT … */
export function commandStatement(parsed: ParsedCommand): StatementBody {
  const command = findCommand(parsed);
  return {
    kind: 'command',
    transactionRole: readRole(command, parsed),
    columns: async (context, signal) => (await command.columns?.(parsed, context, signal)) ?? [],
    async run(parameters, context, signal) {
      const { reads, ...result } = await command.run(parsed, parameters, context, signal);
      return { ...result, plan: reads.map(describeAccess) };
    },
    async explain(parameters, context, signal) {
      if (command.explain === undefined) throw parsed.unsupported();
      const lines = await command.explain(parsed, parameters, context, signal);
      return { mode: 'command', reads: [], text: lines.join('\n') };
    },
  };
}

/** What is possible after a statement has failed. */
const AFTER_FAILURE: ReadonlySet<string> = new Set([
  'TRANS_STMT_COMMIT',
  'TRANS_STMT_ROLLBACK',
  'TRANS_STMT_ROLLBACK_TO',
]);

function readRole(command: Command, parsed: ParsedCommand): TransactionRole {
  const { node } = parsed;
  if ('TransactionStmt' in node) {
    const { kind } = node.TransactionStmt;
    return { kind: 'control', afterFailure: kind !== undefined && AFTER_FAILURE.has(kind) };
  }
  switch (command.roleInTransaction?.(parsed)) {
    case 'reads':
      return { kind: 'reads' };
    case 'writes':
      return {
        kind: 'writes',
        looksFirst: 'InsertStmt' in node && node.InsertStmt.onConflictClause !== undefined,
      };
    case undefined:
      return { kind: 'refused' };
  }
}
