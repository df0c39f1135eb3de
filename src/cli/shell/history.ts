import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getErrorCode } from '../../core/error-code.ts';

/** The number of statements kept. */
export const MAX_HISTORY_LINES = 1000;

/** Stands for a line break inside a statement in the history file; it cannot be typed. */
const LINE_END = '\r';

const CARRIES_SECRET = /(?:secret|password|passcode|token|apikey|accesskey)\w*\s*=/i;

/** Reads the history, newest first as readline keeps it. */
export async function readHistory(directory: string): Promise<string[]> {
  const text = await readFile(historyFile(directory), 'utf8').catch((failure: unknown) => {
    if (getErrorCode(failure) === 'ENOENT') return '';
    throw failure;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(LINE_END, '\n'))
    .toReversed()
    .slice(0, MAX_HISTORY_LINES);
}

/** Writes the history file with mode 0600. */
export async function writeHistory(directory: string, newestFirst: readonly string[]): Promise<void> {
  const lines = newestFirst.filter(isSafeToStore).slice(0, MAX_HISTORY_LINES).toReversed();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(
    historyFile(directory),
    lines.map((line) => `${line.replaceAll('\n', LINE_END)}\n`).join(''),
    {
      mode: 0o600,
    },
  );
  // An existing file keeps its mode when it is overwritten.
  await chmod(historyFile(directory), 0o600);
}

/** Whether a line may be stored: not if it may contain a key or a password. */
export function isSafeToStore(line: string): boolean {
  return line.trim() !== '' && !CARRIES_SECRET.test(line);
}

function historyFile(directory: string): string {
  return join(directory, 'history');
}
