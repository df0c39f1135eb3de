import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../core/error-code.ts';

/** How many statements are remembered. */
export const HISTORY_LINES = 1000;

/** Stands in the file for the end of a line within a statement: nobody can type it. */
const LINE_END = '\r';

const CARRIES_SECRET = /(?:secret|password|passcode|token|apikey|accesskey)\w*\s*=/i;

/** The statements typed before, newest first as readline keeps them. */
export async function readHistory(directory: string): Promise<string[]> {
  const text = await readFile(fileIn(directory), 'utf8').catch((failure: unknown) => {
    if (errorCode(failure) === 'ENOENT') return '';
    throw failure;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(LINE_END, '\n'))
    .toReversed()
    .slice(0, HISTORY_LINES);
}

/** Keeps the lines for the next time, for the user's eyes only. */
export async function writeHistory(directory: string, newestFirst: readonly string[]): Promise<void> {
  const lines = newestFirst.filter(mayBeKept).slice(0, HISTORY_LINES).toReversed();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(fileIn(directory), lines.map((line) => `${line.replaceAll('\n', LINE_END)}\n`).join(''), {
    mode: 0o600,
  });
  // A file that was there before keeps its mode otherwise.
  await chmod(fileIn(directory), 0o600);
}

/** Whether a line may be written to disk: not when it looks as though it held a key or a password. */
export function mayBeKept(line: string): boolean {
  return line.trim() !== '' && !CARRIES_SECRET.test(line);
}

function fileIn(directory: string): string {
  return join(directory, 'history');
}
