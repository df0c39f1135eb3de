import type { ParsedCommand } from '../parse/parse.ts';
import type { Command } from '../exec/command.ts';
import { copy } from '../copy/copy.ts';
import { createView } from '../ddl/create-view.ts';
import { dropView } from '../ddl/drop-view.ts';
import { hasWritingCtes } from '../parse/writing-ctes.ts';
import { discard } from './discard.ts';
import { setSetting, showSetting } from './setting.ts';
import { writingCtes } from './writing-ctes.ts';
import { transaction } from '../transaction/transaction-command.ts';
import { truncate } from '../write/truncate.ts';
import { WRITE_COMMANDS } from '../write/write-commands.ts';
import { callCommand } from '../procedures/call.ts';
import { tableCommand } from '../ddl/table-command.ts';

/** All commands. */
export const COMMANDS: readonly Command[] = [
  copy,
  createView,
  dropView,
  ...WRITE_COMMANDS,
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
  if (hasWritingCtes(parsed.node)) return writingCtes;
  const found = COMMANDS.find(({ nodes }) => nodes.some((node) => node in parsed.node));
  if (found === undefined) throw parsed.unsupported();
  return found;
}
