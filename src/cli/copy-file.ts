import { Option } from 'commander';
import type { Progress as CopyProgress } from '../session/connection.ts';
import { aboutStatement } from './failure.ts';
import type { Io } from './io.ts';
import { costLine } from './output/print-rows.ts';
import { copySoFar, startProgress } from './output/progress.ts';
import { type ConnectionFlags, withConnection } from './with-connection.ts';

const FORMATS = ['csv', 'text', 'json', 'ndjson', 'dynamodb_json', 'parquet'];

/** `--format`, for commands that read and write files. */
export function fileFormatOption(): Option {
  return new Option('--format <format>', "the file's format; its name tells where this is absent").choices(
    FORMATS,
  );
}

/** An option of COPY; absent where it has no value. */
export type CopyOption = readonly [name: string, value: string | number | true | undefined];

/** `WITH (…)` of COPY. */
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
  const given = all.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${valueText(value)}`]));
  return given.length === 0 ? '' : ` WITH (${given.join(', ')})`;
}

function valueText(value: string | number | true): string {
  return typeof value === 'string' ? textLiteral(value) : String(value);
}

/** Text as a literal of SQL. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Runs a COPY, shows how far it is and prints how many rows there were. */
export async function runCopy(sql: string, flags: ConnectionFlags, io: Io): Promise<void> {
  await withConnection(flags, io, (connection, signal) =>
    aboutStatement(sql, async () => {
      using progress = startProgress(io.stderr, 'copying');
      const onProgress = (done: CopyProgress): void => progress.show(copySoFar(done));
      const { command, rowCount, stats } = await connection.query(sql, [], { signal, onProgress });
      progress.stop();
      io.stdout.stream.write(`${command} ${rowCount}\n`);
      if (io.stderr.isTerminal) io.stderr.stream.write(`${costLine(stats)}\n`);
    }),
  );
}
