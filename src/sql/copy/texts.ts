import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DriverError } from '../../core/errors.ts';
import type { SourceFile } from '../../core/ports.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { fileError } from './file-error.ts';

/** The bytes of a file, decompressed; `onBytes` hears how many were read of it. */
export async function* bytesOf(
  file: SourceFile,
  gzip: boolean,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  async function* counted(): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of file.read(signal)) {
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  }
  try {
    // A failure ends the stream that is read here.
    yield* gzip ? pipeline(Readable.from(counted()), createGunzip(), () => undefined) : counted();
  } catch (error) {
    throwIfCancelled(signal);
    throw fileError(error, 'read', file.path);
  }
}

/** Bytes as text, some at a time. */
export async function* textsOf(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new DriverError('FILE_FORMAT', `${path} is not in UTF-8.`, { cause: error });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** The most characters of one row: far more than an item may have. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** A row of a file that is too long to be one. */
export function tooLong(path: string, line: number): DriverError {
  return new DriverError(
    'FILE_FORMAT',
    `${path}, line ${line}: the row has more than ${MOST_CHARACTERS} characters.`,
    { remedy: 'An item has at most 400 KB: check the format of the file, and its quotes.' },
  );
}

export function isTooLong(length: number): boolean {
  return length > MOST_CHARACTERS;
}

/** The lines of a text without their line feeds; the last may lack one. */
export async function* linesOf(
  texts: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly string[]> {
  let rest = '';
  let line = 1;
  for await (const text of texts) {
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      rest += text;
      if (isTooLong(rest.length)) throw tooLong(path, line);
      continue;
    }
    const lines = (rest + text.slice(0, end)).split('\n');
    rest = text.slice(end + 1);
    line += lines.length;
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** A line without the carriage return that some files have before the line feed. */
export function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
