import type { ParsedCommand } from '../parse/parse.ts';
import { deleteItems } from './delete.ts';
import { insert } from './insert.ts';
import { merge } from './merge.ts';
import { update } from './update.ts';
import type { WriteCommand } from './write-command.ts';

/** The commands that write items of one table. */
export const WRITE_COMMANDS: readonly WriteCommand[] = [insert, update, deleteItems, merge];

/** The command that runs a statement; undefined if that is not one of those. */
export function findWriteCommand({ node }: ParsedCommand): WriteCommand | undefined {
  return WRITE_COMMANDS.find(({ nodes }) => nodes.some((kind) => kind in node));
}
