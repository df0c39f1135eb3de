import { createHash } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { DataFiles, SourceFile } from '../../core/ports.ts';
import type { DataSource } from './source-files.ts';

/** Tracks which rows of a file are finished while they are written out of order. */
export interface Watermark {
  /** A row of the file was read, by its number from 1. */
  advance(row: number): void;
  /** The row will be written. */
  start(row: number): void;
  /** Rows are written: `count` of the started ones from `first`, counted from 0. */
  finish(first: number, count: number): void;
  /** The number of rows, from the first, that need not be read again. */
  rows(): number;
}

export function createWatermark(start: number): Watermark {
  /** The started rows, from the first that is not finished. */
  const inFlight: number[] = [];
  const finished = new Set<number>();
  let first = 0;
  let last = start;
  return {
    advance: (row) => void (last = row),
    start: (row) => void inFlight.push(row),
    finish(from, count) {
      for (let at = from; at < from + count; at += 1) finished.add(at);
      while (finished.delete(first)) {
        inFlight.shift();
        first += 1;
      }
    },
    rows: () => (inFlight[0] === undefined ? last : inFlight[0] - 1),
  };
}

/** The saved progress of a load, in a file next to the loaded one. */
export interface ResumePoint {
  /** The number of rows that earlier runs have finished. */
  readonly rows: number;
  /** Saves the number of finished rows. */
  save(rows: number): Promise<void>;
  /** Deletes the saved progress. */
  forget(): Promise<void>;
}

const HEAD_BYTES = 64 * 1024;

/** Reads the saved progress of an interrupted load. Throws if it belongs to another file, table or statement. */
export async function openResumePoint(
  disk: DataFiles,
  { files, path: source }: DataSource,
  table: string,
  statement: unknown,
  signal: AbortSignal,
): Promise<ResumePoint> {
  const stamps: unknown[] = [];
  for (const { source: file } of files) {
    if (file.size === undefined)
      throw new DriverError(
        'SQL_BAD_ARGUMENT',
        `COPY RESUME requires a regular file: "${file.path}" cannot be read again`,
      );
    stamps.push({ path: file.path, stamp: file.stamp, head: await hashHead(file, signal) });
  }
  const path = `${source}.dynadbc-resume`;
  const load = fingerprint({ files: stamps, statement, table });
  const text = await disk.notes.read(path);
  const rows = text === undefined ? 0 : parseNotes(text, load);
  if (rows === undefined)
    throw new DriverError(
      'FILE_FORMAT',
      `"${path}" belongs to a different load: the file, the table or the options have changed`,
      {
        remedy: `Delete "${path}" to start from the first row.`,
      },
    );
  return {
    rows,
    save: (done) => disk.notes.write(path, `${JSON.stringify({ version: 1, table, rows: done, load })}\n`),
    forget: () => disk.notes.remove(path),
  };
}

function fingerprint(load: object): string {
  return createHash('sha256').update(JSON.stringify(load)).digest('hex');
}

async function hashHead(file: SourceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let remaining = HEAD_BYTES;
  for await (const chunk of file.read(signal)) {
    hash.update(chunk.subarray(0, remaining));
    remaining -= chunk.length;
    if (remaining <= 0) break;
  }
  return hash.digest('hex');
}

function parseNotes(text: string, load: string): number | undefined {
  try {
    const notes: { readonly version?: unknown; readonly rows?: unknown; readonly load?: unknown } =
      JSON.parse(text);
    return notes.version === 1 && notes.load === load && typeof notes.rows === 'number'
      ? notes.rows
      : undefined;
  } catch (error) {
    // A file of that name that is not JSON was not written by a load.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
