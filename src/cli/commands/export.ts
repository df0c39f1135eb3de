import { Command } from 'commander';
import { fileFormatOption, runCopy, textLiteral, withOptions } from '../copy-file.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { connectionOption } from '../options.ts';
import type { ConnectionFlags } from '../with-connection.ts';

interface ExportFlags extends ConnectionFlags {
  readonly format?: string;
  readonly overwrite?: true;
}

/** `dynadbc export`: writes a table or the rows of a query to a file. */
export function exportCommand(io: Io): Command {
  return new Command('export')
    .summary('write a table or a query to a file')
    .description('Writes the items of a table, or the rows of a query, to a file: COPY … TO.')
    .argument('<table>', 'a table, a view, or a query')
    .argument('<file>', 'the file: .csv, .json, .ndjson, .parquet; .gz after these compresses')
    .addOption(connectionOption())
    .addOption(fileFormatOption())
    .option('--overwrite', 'replace the file if it is there')
    .addHelpText(
      'after',
      examples(
        'dynadbc export orders orders.parquet',
        'dynadbc export orders orders.json.gz --format dynamodb_json',
        `dynadbc export "SELECT id, total FROM orders WHERE total > 100" large.csv --overwrite`,
      ),
    )
    .action((source: string, file: string, flags: ExportFlags) => {
      const options = withOptions(file, flags.format, [['OVERWRITE', flags.overwrite]]);
      return runCopy(`COPY ${relationText(source)} TO ${textLiteral(file)}${options}`, flags, io);
    });
}

function relationText(source: string): string {
  return /^\s*(?:select|with|values|table)\s/i.test(source)
    ? `(${source.replace(/;\s*$/, '')})`
    : `"${source.replaceAll('"', '""')}"`;
}
