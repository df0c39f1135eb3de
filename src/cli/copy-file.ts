import { Option } from 'commander';
import type { Progress as CopyProgress } from '../session/connection.ts';
import { aboutStatement } from './failure.ts';
import type { Io } from './io.ts';
import { formatCost } from './output/print-rows.ts';
import { formatCopyProgress, startProgress } from './output/progress.ts';
import { type ConnectionFlags, withConnection } from './with-connection.ts';

const FORMATS = ['csv', 'text', 'json', 'ndjson', 'dynamodb_json', 'parquet'];

/** `--format`, for the commands that read and write files. */
export function fileFormatOption(): Option {
  return new Option('--format <format>', 'file format (default: from the file extension)').choices(FORMATS);
}

/** An option of COPY; left out when its value is undefined. */
export type CopyOption = readonly [name: string, value: string | number | true | undefined];

/** The `WITH (…)` clause of COPY; empty without options. */
export function withOptions(
  file: string,
  format: string | undefined,
  options: readonly CopyOption[],
): string {
  const isDelimited =
    format === undefined ? /\.csv(?:\.gz)?$/i.test(file) : format === 'csv' || format === 'text';
  const all: readonly CopyOption[] = [
    ['FORMAT', format],
    ['HEADER', isDelimited ? true : undefined],
    ...options,
  ];
  const clauses = all.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${formatOptionValue(value)}`],
  );
  return clauses.length === 0 ? '' : ` WITH (${clauses.join(', ')})`;
}

function formatOptionValue(value: string | number | true): string {
  return typeof value === 'string' ? toSqlLiteral(value) : String(value);
}

/** Quotes a string as an SQL literal. */
export function toSqlLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Runs COPY statements one after another, with a progress line, and prints the total of their row counts. */
export async function runCopies(
  statements: readonly string[],
  flags: ConnectionFlags,
  io: Io,
): Promise<void> {
  await withConnection(flags, io, async (connection, signal) => {
    let total = 0;
    for (const sql of statements)
      await aboutStatement(sql, async () => {
        using progress = startProgress(io.stderr, 'copying');
        const onProgress = (done: CopyProgress): void =>
          progress.show(formatCopyProgress({ ...done, rows: total + done.rows }));
        const { rowCount, stats } = await connection.query(sql, [], { signal, onProgress });
        total += rowCount;
        progress.stop();
        if (io.stderr.isTerminal) io.stderr.stream.write(`${formatCost(stats)}\n`);
      });
    io.stdout.stream.write(`COPY ${total}\n`);
  });
}
