import { readFile } from 'node:fs/promises';
import { getErrorMessage } from '../../core/errors.ts';
import { UsageError } from '../usage-error.ts';

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
