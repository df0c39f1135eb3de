import type { ParsedCommand } from '../parse/parse.ts';
import type { Command } from './command.ts';
import { createView } from './create-view.ts';
import { dropView } from './drop-view.ts';
import { deleteItems } from '../write/delete.ts';
import { insert } from '../write/insert.ts';
import { update } from '../write/update.ts';

/** Every command there is. */
export const COMMANDS: readonly Command[] = [createView, dropView, insert, update, deleteItems];

/** The command that a statement is. */
export function commandOf(parsed: ParsedCommand): Command {
  const found = COMMANDS.find(({ nodes }) => nodes.some((node) => node in parsed.node));
  if (found === undefined) throw parsed.refusal();
  return found;
}
