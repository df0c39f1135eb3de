import { Command } from 'commander';
import { fileFormatOption, runCopies, toSqlLiteral, withOptions } from '../copy-file.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
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
    .argument('<table>', 'table, view or query')
    .argument('<file>', 'output file: .csv, .json, .ndjson or .parquet; add .gz to compress')
    .addOption(connectionOption())
    .addOption(fileFormatOption())
    .option('--overwrite', 'replace an existing file')
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
      return runCopies([`COPY ${toCopySource(source)} TO ${toSqlLiteral(file)}${options}`], flags, io);
    });
}

function toCopySource(source: string): string {
  return /^\s*(?:select|with|values|table)\s/i.test(source)
    ? `(${source.replace(/;\s*$/, '')})`
    : `"${source.replaceAll('"', '""')}"`;
}
