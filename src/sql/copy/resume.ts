import { createHash } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { DataFiles, SourceFile } from '../../core/ports.ts';

/** Which rows of a file are done, as they are done out of order. */
export interface Watermark {
  /** A row of the file was read, by its number from 1. */
  read(row: number): void;
  /** It is going to be written. */
  begun(row: number): void;
  /** Of the rows that were to be written, these are; counted from 0. */
  finished(first: number, count: number): void;
  /** So many rows, from the first on, need not be read again. */
  rows(): number;
}

export function newWatermark(start: number): Watermark {
  /** The rows under way, from the first that is not done. */
  const underWay: number[] = [];
  const done = new Set<number>();
  let first = 0;
  let last = start;
  return {
    read: (row) => void (last = row),
    begun: (row) => void underWay.push(row),
    finished(from, count) {
      for (let at = from; at < from + count; at += 1) done.add(at);
      while (done.delete(first)) {
        underWay.shift();
        first += 1;
      }
    },
    rows: () => (underWay[0] === undefined ? last : underWay[0] - 1),
  };
}

/** What is remembered beside a file while it is loaded. */
export interface Resume {
  /** Rows that earlier runs have done. */
  readonly rows: number;
  /** Remembers how many are done now. */
  save(rows: number): Promise<void>;
  /** Everything is done. */
  forget(): Promise<void>;
}

const HEAD_BYTES = 64 * 1024;

/** Finds what an interrupted load has left; refuses it where the file or the statement is another. */
export async function openResume(
  disk: DataFiles,
  file: SourceFile,
  table: string,
  statement: unknown,
  signal: AbortSignal,
): Promise<Resume> {
  if (file.size === undefined)
    throw new DriverError('SQL_BAD_ARGUMENT', `RESUME: ${file.path} is no file that could be read again.`);
  const path = `${file.path}.dynadbc-resume`;
  const load = fingerprint({ stamp: file.stamp, head: await headOf(file, signal), statement, table });
  const text = await disk.notes.read(path);
  const rows = text === undefined ? 0 : rowsOf(text, load);
  if (rows === undefined)
    throw new DriverError(
      'FILE_FORMAT',
      `${path} is of another load: the file, the table or the options differ.`,
      {
        remedy: `Delete ${path} to begin at the first row.`,
      },
    );
  return {
    rows,
    save: (done) => disk.notes.write(path, `${JSON.stringify({ version: 1, table, rows: done, load })}\n`),
    forget: () => disk.notes.remove(path),
  };
}

function fingerprint(of: object): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex');
}

async function headOf(file: SourceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let left = HEAD_BYTES;
  for await (const chunk of file.read(signal)) {
    hash.update(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return hash.digest('hex');
}

function rowsOf(text: string, load: string): number | undefined {
  try {
    const found: { readonly version?: unknown; readonly rows?: unknown; readonly load?: unknown } =
      JSON.parse(text);
    return found.version === 1 && found.load === load && typeof found.rows === 'number'
      ? found.rows
      : undefined;
  } catch (error) {
    // Whatever it is, it is none of ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
