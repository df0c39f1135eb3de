import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { checkClauses } from './check-clauses.ts';
import { describeReturning, type PerformedWrite, type ReturningParts, toCommandResult } from './returning.ts';

/** A command that writes items of one table, and can do so as a part of another statement. */
export interface WriteCommand extends Command {
  /** Writes the items, before RETURNING is evaluated. */
  perform(...statement: Parameters<Command['run']>): Promise<PerformedWrite>;
  getReturningParts(parsed: ParsedCommand): ReturningParts;
}

/** Completes a command that writes items. */
export function writeCommand(
  command: Omit<WriteCommand, 'run' | 'columns' | 'roleInTransaction'>,
): WriteCommand {
  const columns: NonNullable<Command['columns']> = (parsed, context, signal) =>
    describeReturning(command.getReturningParts(parsed), parsed, context, signal);
  return {
    ...command,
    roleInTransaction: () => 'writes',
    async perform(...statement) {
      checkClauses(statement[0]);
      return command.perform(...statement);
    },
    async run(...statement) {
      checkClauses(statement[0]);
      return toCommandResult(await command.perform(...statement));
    },
    columns,
    async explain(...statement) {
      const [parsed, , context, signal] = statement;
      checkClauses(parsed);
      const lines = (await command.explain?.(...statement)) ?? [];
      // What would be refused is refused here, too.
      await columns(parsed, context, signal);
      return lines;
    },
  };
}
