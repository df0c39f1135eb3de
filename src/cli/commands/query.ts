import { Argument, Command } from 'commander';
import { examples, connectionOption, formatOption, numberOption, parameterOption } from '../options.ts';
import type { QueryOptions } from '../../session/connection.ts';
import { confirmDestructive, yesOption } from '../confirm-destructive.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { printRows, formatSummary } from '../output/print-rows.ts';
import { formatCopyProgress, startProgress } from '../output/progress.ts';
import type { Format } from '../output/row-printer.ts';
import { PARAMETER_HELP, parametersFor, readParameters } from '../parameters.ts';
import { readStatement } from '../statement-text.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface QueryFlags extends ConnectionFlags {
  readonly format: Format;
  readonly param?: readonly string[];
  readonly file?: string;
  readonly timeout?: number;
  readonly maxRows?: number;
  readonly maxRcu?: number;
  readonly partiql?: true;
  readonly yes?: true;
}

/** `dynadbc query`: runs one statement and prints its rows. */
export function queryCommand(io: Io): Command {
  return new Command('query')
    .summary('run a statement and print its rows')
    .description('Runs one SQL statement and prints its rows to standard output.')
    .addArgument(new Argument('[sql]', 'SQL statement ("-" or omitted: read stdin)'))
    .addOption(connectionOption())
    .addOption(formatOption())
    .addOption(parameterOption())
    .option('-f, --file <path>', 'read the statement from a file')
    .addOption(numberOption('--timeout <seconds>', 'statement timeout in seconds (0: none)'))
    .addOption(numberOption('--max-rows <number>', 'maximum number of rows (-1: all)'))
    .addOption(numberOption('--max-rcu <number>', 'maximum read capacity units to consume'))
    .addOption(yesOption())
    .option('--partiql', 'send the statement to DynamoDB as PartiQL')
    .addHelpText(
      'after',
      `\n${PARAMETER_HELP}\n${examples(
        `dynadbc query -c "AWSRegion=eu-west-1" "SELECT * FROM orders LIMIT 10"`,
        `dynadbc query 'SELECT * FROM orders WHERE customer_id = $1' --param c0042`,
        `dynadbc query "SELECT * FROM orders WHERE total > :least" --param least=100 --format csv > orders.csv`,
        `dynadbc query "COPY orders TO 'orders.parquet'"`,
        `echo "SELECT count(*) FROM orders" | dynadbc query --format json`,
      )}`,
    )
    .action((argument: string | undefined, flags: QueryFlags) => runQuery(argument, flags, io));
}

/** The statement options that the flags set. */
function toQueryOptions({ timeout, maxRows, maxRcu, partiql }: QueryFlags): QueryOptions {
  return {
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...(maxRows !== undefined && { maxRows }),
    ...(maxRcu !== undefined && { maxRcu }),
    ...(partiql && { passthrough: true }),
  };
}

async function runQuery(argument: string | undefined, flags: QueryFlags, io: Io): Promise<void> {
  const sql = await readStatement({ argument, file: flags.file }, io);
  await withConnection(flags, io, async (connection, signal) => {
    await confirmDestructive(sql, connection, io, {
      yes: flags.yes === true || flags.partiql === true,
      signal,
    });
    await aboutStatement(sql, async () => {
      using progress = startProgress(io.stderr, 'reading');
      const args = flags.param ?? [];
      const parameters = flags.partiql
        ? readParameters(args, [])
        : await parametersFor(connection, sql, args);
      await using rows = await connection.stream(sql, parameters, {
        signal,
        onProgress: (done) => progress.show(formatCopyProgress(done)),
        ...toQueryOptions(flags),
      });
      const count = await printRows(rows, flags.format, io, progress);
      progress.stop();
      if (io.stderr.isTerminal) io.stderr.stream.write(`${formatSummary(count, rows.stats)}\n`);
    });
  });
}
