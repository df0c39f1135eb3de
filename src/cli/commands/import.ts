import { Command, Option } from 'commander';
import { fileFormatOption, runCopies, toSqlLiteral, withOptions } from '../copy-file.ts';
import { examples, connectionOption, numberOption } from '../options.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import type { ConnectionFlags } from '../with-connection.ts';

interface ImportFlags extends ConnectionFlags {
  readonly format?: string;
  readonly onConflict?: string;
  readonly rejects?: string;
  readonly rateLimit?: number;
  readonly resume?: true;
}

/** `dynadbc import`: loads a file into a table. */
export function importCommand(io: Io): Command {
  return new Command('import')
    .summary('load files into a table')
    .description(
      'Loads the rows of files into a table: COPY … FROM. The first line of CSV and text files holds the column names.',
    )
    .argument('<table>', 'target table')
    .argument(
      '<files...>',
      'input files: .csv, .json, .ndjson or .parquet, optionally compressed (.gz); patterns in quotes; or the folder of an export to S3',
    )
    .addOption(connectionOption())
    .addOption(fileFormatOption())
    .addOption(
      new Option('--on-conflict <action>', 'action for a row whose key already exists').choices([
        'replace',
        'skip',
        'error',
      ]),
    )
    .option('--rejects <file>', 'skip invalid rows and write them to this file')
    .addOption(numberOption('--rate-limit <number>', 'maximum write capacity units per second'))
    .option('--resume', 'continue an interrupted load, and record progress')
    .addHelpText(
      'after',
      examples(
        'dynadbc import orders orders.ndjson',
        'dynadbc import orders orders.csv --rejects bad.ndjson --on-conflict skip',
        'dynadbc import orders orders.json.gz --format dynamodb_json --resume --rate-limit 500',
        'dynadbc import orders AWSDynamoDB/01693685827463-2d8752fd',
        "dynadbc import orders 'parts/**/*.csv'",
      ),
    )
    .action((table: string, files: readonly string[], flags: ImportFlags) => {
      if (flags.rejects !== undefined && files.length > 1)
        throw new UsageError(
          '--rejects cannot be used with several files',
          "Name them by one pattern in quotes, such as 'data/*.csv'.",
        );
      const load = (file: string): string => {
        const options = withOptions(file, flags.format, [
          ['ON_CONFLICT', flags.onConflict],
          ['ON_ERROR', flags.rejects === undefined ? undefined : 'skip'],
          ['REJECTS', flags.rejects],
          ['RATE_LIMIT', flags.rateLimit],
          ['RESUME', flags.resume],
        ]);
        return `COPY "${table.replaceAll('"', '""')}" FROM ${toSqlLiteral(file)}${options}`;
      };
      return runCopies(files.map(load), flags, io);
    });
}
