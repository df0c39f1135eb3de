import { Command, Option } from 'commander';
import { fileFormatOption, runCopy, toSqlLiteral, withOptions } from '../copy-file.ts';
import { examples, connectionOption, numberOption } from '../options.ts';
import type { Io } from '../io.ts';
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
    .summary('load a file into a table')
    .description(
      'Loads the rows of a file into a table: COPY … FROM. The first line of CSV and text files holds the column names.',
    )
    .argument('<table>', 'target table')
    .argument('<file>', 'input file: .csv, .json, .ndjson or .parquet, optionally compressed (.gz)')
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
      ),
    )
    .action((table: string, file: string, flags: ImportFlags) => {
      const options = withOptions(file, flags.format, [
        ['ON_CONFLICT', flags.onConflict],
        ['ON_ERROR', flags.rejects === undefined ? undefined : 'skip'],
        ['REJECTS', flags.rejects],
        ['RATE_LIMIT', flags.rateLimit],
        ['RESUME', flags.resume],
      ]);
      return runCopy(`COPY "${table.replaceAll('"', '""')}" FROM ${toSqlLiteral(file)}${options}`, flags, io);
    });
}
