import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessAbsent } from '../../core/error-code.ts';
import type { LogBounds, LogSink } from '../../core/log.ts';

const OWNER_ONLY = 0o600;

/**
 * Appends lines to a file with mode 0600. A full file is rotated to `path.1`, `path.1` to `path.2` and so on.
 * `onFailure` is called once, when lines can no longer be written.
 */
export async function openLogFile(
  path: string,
  { maxBytes, maxFiles }: LogBounds,
  onFailure: (error: unknown) => void,
): Promise<LogSink> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let file = await openRegularFile(path);
  let { size } = await file.stat();
  let lines: string[] = [];
  let writing: Promise<void> | undefined;

  const rotate = async (): Promise<void> => {
    await file.close();
    const kept = await countRotatedFiles(path, maxFiles - 1);
    for (let n = kept; n >= 1; n--) {
      if (n >= maxFiles - 1) await rm(`${path}.${n}`, { force: true });
      else await rename(`${path}.${n}`, `${path}.${n + 1}`);
    }
    if (maxFiles > 1) await rename(path, `${path}.1`);
    else await rm(path);
    file = await openRegularFile(path);
    size = 0;
  };
  const writeAll = async (): Promise<void> => {
    while (lines.length > 0) {
      const text: string[] = [];
      let bytes = 0;
      for (const line of lines) {
        const more = Buffer.byteLength(line);
        if (text.length > 0 && size + bytes + more > maxBytes) break;
        text.push(line);
        bytes += more;
      }
      if (size > 0 && size + bytes > maxBytes) {
        await rotate();
        continue;
      }
      lines = lines.slice(text.length);
      await file.appendFile(text.join(''));
      size += bytes;
    }
  };
  let failed = false;
  const start = async (): Promise<void> => {
    try {
      await writeAll();
    } catch (error) {
      failed = true;
      lines = [];
      onFailure(error);
    } finally {
      writing = undefined;
    }
  };
  return {
    write(line) {
      if (failed) return;
      lines.push(`${line}\n`);
      writing ??= start();
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file for appending and sets its mode to 0600. A pipe is refused: writing to it might block forever. */
async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await open(path, APPEND, OWNER_ONLY);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a regular file');
    await file.chmod(OWNER_ONLY);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Counts the rotated files, at most `max`. */
async function countRotatedFiles(path: string, max: number): Promise<number> {
  for (let n = 1; n <= max; n++) {
    if ((await unlessAbsent(stat(`${path}.${n}`))) === undefined) return n - 1;
  }
  return max;
}
