import { resultColumn } from '../../sql/types/types.ts';
import { Command, Option } from 'commander';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
import { terminalLook } from '../output/print-rows.ts';
import { FORMATS, type Format, rowPrinter } from '../output/row-printer.ts';
import { escapeControl } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface TablesFlags extends ConnectionFlags {
  readonly format?: Format;
}

/** `dynadbc tables`: lists the tables and views. */
export function tablesCommand(io: Io): Command {
  return new Command('tables')
    .summary('list the tables and views')
    .description('Lists the tables of the account and Region, then the views, one name per line.')
    .addOption(connectionOption())
    .addOption(new Option('--format <format>', 'print rows in this format instead of names').choices(FORMATS))
    .addHelpText('after', examples('dynadbc tables -c "AWSRegion=Ireland"', 'dynadbc tables --format json'))
    .action((flags: TablesFlags) =>
      withConnection(flags, io, async (connection) => {
        const tables = await connection.metadata.tables();
        const write = createWriter(io.stdout.stream);
        if (flags.format === undefined) {
          const names = tables.map(({ name }) => (io.stdout.isTerminal ? escapeControl(name) : name));
          await write(names.map((name) => `${name}\n`).join(''));
          return;
        }
        const columns = ['table', 'kind'].map((name) => resultColumn(name, 'text'));
        const printer = rowPrinter(flags.format, columns, terminalLook(io.stdout));
        await write(printer.rows(tables.map(({ name, kind }) => [name, kind])) + printer.end());
      }),
    );
}
