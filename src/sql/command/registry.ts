import type { ParsedCommand } from '../parse/parse.ts';
import type { Command } from './command.ts';

/** Every command there is. */
export const COMMANDS: readonly Command[] = [];

/** The command that a statement is. */
export function commandOf(parsed: ParsedCommand): Command {
  const found = COMMANDS.find(({ nodes }) => nodes.some((node) => node in parsed.node));
  if (found === undefined) throw parsed.refusal();
  return found;
}
