import { Command } from 'commander';
import { yesOption } from '../confirm-destructive.ts';
import { examples, connectionOption, formatOption } from '../options.ts';
import type { Io } from '../io.ts';
import type { Format } from '../output/row-printer.ts';
import { runShell } from '../shell/shell.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface ShellFlags extends ConnectionFlags {
  readonly format: Format;
  readonly yes?: true;
}

/** `dynadbc shell`: runs statements interactively or from a script. */
export function shellCommand(io: Io): Command {
  return new Command('shell')
    .summary('run statements interactively, or a script from standard input')
    .description(
      'Runs statements one after another: interactively, with completion and history, or piped as a script.',
    )
    .addOption(connectionOption())
    .addOption(formatOption())
    .addOption(yesOption())
    .addHelpText(
      'after',
      examples(
        'dynadbc shell -c "AWSRegion=eu-west-1"',
        'dynadbc shell --format csv < report.sql > report.csv',
      ),
    )
    .action((flags: ShellFlags) =>
      withConnection(flags, io, (connection) =>
        runShell(connection, io, { format: flags.format, yes: flags.yes === true }),
      ),
    );
}
