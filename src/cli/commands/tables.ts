import { Command, Option } from 'commander';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { lookOf } from '../output/print-rows.ts';
import { FORMATS, type Format, rowPrinter } from '../output/row-printer.ts';
import { visible } from '../output/visible.ts';
import { writer } from '../output/writer.ts';
import { connectionOption } from '../options.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface TablesFlags extends ConnectionFlags {
  readonly format?: Format;
}

/** `dynadbc tables`: the names of the tables. */
export function tablesCommand(io: Io): Command {
  return new Command('tables')
    .summary('list the tables')
    .description('Lists the tables of the account and Region, a name on each line.')
    .addOption(connectionOption())
    .addOption(new Option('--format <format>', 'print them as rows instead of names').choices(FORMATS))
    .addHelpText('after', examples('dynadbc tables -c "AWSRegion=Ireland"', 'dynadbc tables --format json'))
    .action((flags: TablesFlags) =>
      withConnection(flags, io, async (connection) => {
        const names = (await connection.metadata.tables()).map((table) => table.name);
        const write = writer(io.stdout.stream);
        if (flags.format === undefined) {
          await write(names.map((name) => `${io.stdout.isTerminal ? visible(name) : name}\n`).join(''));
          return;
        }
        const printer = rowPrinter(flags.format, [{ name: 'table', type: 'text' }], lookOf(io.stdout));
        await write(printer.rows(names.map((name) => [name])) + printer.end());
      }),
    );
}
