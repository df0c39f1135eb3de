import { Command, Option } from 'commander';
import { fileFormatOption, runCopy, textLiteral, withOptions } from '../copy-file.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { connectionOption, numberOption } from '../options.ts';
import type { ConnectionFlags } from '../with-connection.ts';

interface ImportFlags extends ConnectionFlags {
  readonly format?: string;
  readonly onConflict?: string;
  readonly rejects?: string;
  readonly rateLimit?: number;
  readonly resume?: true;
}

/** `dynadbc import`: puts the rows of a file into a table. */
export function importCommand(io: Io): Command {
  return new Command('import')
    .summary('put the rows of a file into a table')
    .description(
      'Puts the rows of a file into a table: COPY … FROM. The first line of CSV and text has the names.',
    )
    .argument('<table>', 'the table')
    .argument('<file>', 'the file: .csv, .json, .ndjson, .parquet; .gz after these is compressed')
    .addOption(connectionOption())
    .addOption(fileFormatOption())
    .addOption(
      new Option('--on-conflict <what>', 'what becomes of items that have the key of a row').choices([
        'replace',
        'skip',
        'error',
      ]),
    )
    .option('--rejects <file>', 'skip rows that are no items, and write them there')
    .addOption(numberOption('--rate-limit <number>', 'write capacity units a second'))
    .option('--resume', 'go on where an interrupted load ended, and remember how far this one is')
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
      return runCopy(`COPY "${table.replaceAll('"', '""')}" FROM ${textLiteral(file)}${options}`, flags, io);
    });
}
