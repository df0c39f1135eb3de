import { DriverError } from '../../core/errors.ts';
import type { SourceFile } from '../../core/ports.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { decompress } from './decompress.ts';
import { toFileError } from './file-error.ts';
import type { CopyOptions } from './options.ts';

/** The bytes of a file, decompressed; `onBytes` is called with the number of file bytes read so far. */
export async function* readFileBytes(
  file: SourceFile,
  compression: CopyOptions['compression'],
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
    yield* decompress(counted(), compression, file.path);
  } catch (error) {
    throwIfCancelled(signal);
    throw toFileError(error, 'read', file.path);
  }
}

/** Decodes UTF-8 chunk by chunk. */
export async function* decodeUtf8(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new DriverError('FILE_FORMAT', `invalid byte sequence for encoding "UTF8" in file "${path}"`, {
        cause: error,
      });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** Maximum number of characters per row, far more than an item can have. */
const MAX_ROW_CHARACTERS = 16 * 1024 * 1024;

/** The error of a row that is too long. */
export function rowTooLongError(path: string, line: number): DriverError {
  return new DriverError(
    'FILE_FORMAT',
    `${path}, line ${line}: row exceeds ${MAX_ROW_CHARACTERS} characters`,
    { remedy: 'Check the format and the quotes of the file: an item has at most 400 KB.' },
  );
}

export function isRowTooLong(length: number): boolean {
  return length > MAX_ROW_CHARACTERS;
}

/** Splits text into lines without their line feeds; the last line may lack one. */
export async function* splitLines(
  chunks: AsyncIterable<string>,
  path: string,
): AsyncGenerator<readonly string[]> {
  let rest = '';
  let line = 1;
  for await (const text of chunks) {
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      rest += text;
      if (isRowTooLong(rest.length)) throw rowTooLongError(path, line);
      continue;
    }
    const lines = (rest + text.slice(0, end)).split('\n');
    rest = text.slice(end + 1);
    line += lines.length;
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** A line without the carriage return of a CRLF. */
export function stripCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
