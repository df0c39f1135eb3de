import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { getErrorMessage } from '../../core/errors.ts';
import type { OutputScreen } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { readFile } from 'node:fs/promises';

/** Bounds nested includes: a file that includes itself would never end. */
const MAX_DEPTH = 16;

/** Reads the lines of a script. */
export async function readScriptLines(path: string, depth: number): Promise<readonly string[]> {
  if (depth >= MAX_DEPTH)
    throw new UsageError(
      `${path}: includes are nested more than ${MAX_DEPTH} deep`,
      'Check whether the file includes itself.',
    );
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
  } catch (failure) {
    throw new UsageError(`cannot read ${path}: ${getErrorMessage(failure)}`, 'Check the path after \\i.');
  }
}

/** A file that replaces standard output. */
export interface OutputFile {
  readonly screen: OutputScreen;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** Opens a file for results, truncating it. */
export async function openOutputFile(path: string): Promise<OutputFile> {
  const stream = createWriteStream(path);
  try {
    await once(stream, 'open');
  } catch (failure) {
    throw new UsageError(`cannot write ${path}: ${getErrorMessage(failure)}`, 'Check the path after \\o.');
  }
  return {
    screen: { stream, isTerminal: false, colors: false, columns: () => 80 },
    async close() {
      stream.end();
      await once(stream, 'close');
    },
  };
}
