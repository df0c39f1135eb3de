import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
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
  return {
    ...command,
    roleInTransaction: () => 'writes',
    run: async (...statement) => toCommandResult(await command.perform(...statement)),
    columns: (parsed, context, signal) =>
      describeReturning(command.getReturningParts(parsed), parsed, context, signal),
  };
}
