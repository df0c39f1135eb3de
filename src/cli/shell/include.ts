import { readFile } from 'node:fs/promises';
import { messageOf } from '../../core/errors.ts';
import { UsageError } from '../usage-error.ts';

/** Files may name files, but a file that names itself would never end. */
const MOST_DEEP = 16;

/** The lines of a file of statements. */
export async function scriptLines(path: string, depth: number): Promise<readonly string[]> {
  if (depth >= MOST_DEEP)
    throw new UsageError(`${path}: files name each other ${MOST_DEEP} deep.`, 'Does it name itself?');
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
  } catch (failure) {
    throw new UsageError(`${path} cannot be read: ${messageOf(failure)}.`, 'Check the path after \\i.');
  }
}
