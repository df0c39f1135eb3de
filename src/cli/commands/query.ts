import { Argument, Command } from 'commander';
import { examples } from '../examples.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { printRows, summaryLine } from '../output/print-rows.ts';
import { startProgress } from '../output/progress.ts';
import type { Format } from '../output/row-printer.ts';
import { connectionOption, formatOption, parameterOption } from '../options.ts';
import { PARAMETER_HELP, parametersFor } from '../parameters.ts';
import { statementText } from '../statement-text.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface QueryFlags extends ConnectionFlags {
  readonly format: Format;
  readonly param?: readonly string[];
  readonly file?: string;
}

/** `dynadbc query`: runs one statement and prints its rows. */
export function queryCommand(io: Io): Command {
  return new Command('query')
    .summary('run a statement and print its rows')
    .description('Runs one SQL statement and prints its rows on standard output.')
    .addArgument(new Argument('[sql]', 'the statement; - or nothing reads standard input'))
    .addOption(connectionOption())
    .addOption(formatOption())
    .addOption(parameterOption())
    .option('-f, --file <path>', 'read the statement from a file')
    .addHelpText(
      'after',
      `\n${PARAMETER_HELP}\n${examples(
        `dynadbc query -c "AWSRegion=eu-west-1" "SELECT * FROM orders LIMIT 10"`,
        `dynadbc query 'SELECT * FROM orders WHERE customer_id = $1' --param c0042`,
        `dynadbc query "SELECT * FROM orders WHERE total > :least" --param least=100 --format csv > orders.csv`,
        `echo "SELECT count(*) FROM orders" | dynadbc query --format json`,
      )}`,
    )
    .action((argument: string | undefined, flags: QueryFlags) => runQuery(argument, flags, io));
}

async function runQuery(argument: string | undefined, flags: QueryFlags, io: Io): Promise<void> {
  const sql = await statementText({ argument, file: flags.file }, io);
  await withConnection(flags, io, (connection, signal) =>
    aboutStatement(sql, async () => {
      using progress = startProgress(io.stderr, 'reading');
      const parameters = await parametersFor(connection, sql, flags.param ?? []);
      await using rows = await connection.stream(sql, parameters, { signal });
      const count = await printRows(rows, flags.format, io, progress);
      progress.stop();
      if (io.stderr.isTerminal) io.stderr.stream.write(`${summaryLine(count, rows.stats)}\n`);
    }),
  );
}
