import { Argument, Command } from 'commander';
import { examples } from '../examples.ts';
import type { QueryOptions } from '../../session/connection.ts';
import { confirmDestructive, yesOption } from '../confirm-destructive.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { printRows, summaryLine } from '../output/print-rows.ts';
import { copySoFar, startProgress } from '../output/progress.ts';
import type { Format } from '../output/row-printer.ts';
import { connectionOption, formatOption, numberOption, parameterOption } from '../options.ts';
import { PARAMETER_HELP, parametersFor, readParameters } from '../parameters.ts';
import { statementText } from '../statement-text.ts';
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
    .description('Runs one SQL statement and prints its rows on standard output.')
    .addArgument(new Argument('[sql]', 'the statement; - or nothing reads standard input'))
    .addOption(connectionOption())
    .addOption(formatOption())
    .addOption(parameterOption())
    .option('-f, --file <path>', 'read the statement from a file')
    .addOption(numberOption('--timeout <seconds>', 'seconds that the statement may work; 0 for no limit'))
    .addOption(numberOption('--max-rows <number>', 'the most rows; -1 for all'))
    .addOption(
      numberOption('--max-rcu <number>', 'the most read capacity units that the statement may consume'),
    )
    .addOption(yesOption())
    .option('--partiql', 'the statement is PartiQL and goes to DynamoDB as it is')
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

/** What the statement may take, where the flags say so. */
function limitsOf({ timeout, maxRows, maxRcu, partiql }: QueryFlags): QueryOptions {
  return {
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...(maxRows !== undefined && { maxRows }),
    ...(maxRcu !== undefined && { maxRcu }),
    ...(partiql && { passthrough: true }),
  };
}

async function runQuery(argument: string | undefined, flags: QueryFlags, io: Io): Promise<void> {
  const sql = await statementText({ argument, file: flags.file }, io);
  await withConnection(flags, io, async (connection, signal) => {
    await confirmDestructive(sql, connection, io, {
      yes: flags.yes === true || flags.partiql === true,
      signal,
    });
    await aboutStatement(sql, async () => {
      using progress = startProgress(io.stderr, 'reading');
      const given = flags.param ?? [];
      const parameters = flags.partiql
        ? readParameters(given, [])
        : await parametersFor(connection, sql, given);
      await using rows = await connection.stream(sql, parameters, {
        signal,
        onProgress: (done) => progress.show(copySoFar(done)),
        ...limitsOf(flags),
      });
      const count = await printRows(rows, flags.format, io, progress);
      progress.stop();
      if (io.stderr.isTerminal) io.stderr.stream.write(`${summaryLine(count, rows.stats)}\n`);
    });
  });
}
