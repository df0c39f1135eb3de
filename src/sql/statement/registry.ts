import type { ParsedCommand } from '../parse/parse.ts';
import type { Command } from '../exec/command.ts';
import { copy } from '../copy/copy.ts';
import { createView } from '../ddl/create-view.ts';
import { dropView } from '../ddl/drop-view.ts';
import { discard } from './discard.ts';
import { setSetting, showSetting } from './setting.ts';
import { transaction } from '../transaction/transaction-command.ts';
import { deleteItems } from '../write/delete.ts';
import { insert } from '../write/insert.ts';
import { merge } from '../write/merge.ts';
import { truncate } from '../write/truncate.ts';
import { update } from '../write/update.ts';
import { callCommand } from '../procedures/call.ts';
import { tableCommand } from '../ddl/table-command.ts';

/** All commands. */
export const COMMANDS: readonly Command[] = [
  copy,
  createView,
  dropView,
  insert,
  update,
  deleteItems,
  merge,
  transaction,
  truncate,
  tableCommand,
  showSetting,
  setSetting,
  discard,
  callCommand,
];

/** The command that runs a statement; throws where none does. */
export function findCommand(parsed: ParsedCommand): Command {
  const found = COMMANDS.find(({ nodes }) => nodes.some((node) => node in parsed.node));
  if (found === undefined) throw parsed.unsupported();
  return found;
}
