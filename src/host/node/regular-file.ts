import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errorCode, unlessAbsent } from '../../core/error-code.ts';

/** What is asked of a file before it is read. */
export interface FileRules {
  readonly maxBytes: number;
  /** Whether a path may be a symbolic link. */
  readonly links: 'follow' | 'refuse';
  /** What else is wrong with it, as the end of a sentence: `belongs to somebody else`. */
  objection?(stats: Stats): string | undefined;
}

// Where the system has no such flags they count for nothing.
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/**
 * The bytes of an ordinary file, undefined where there is none. Paths come from connection strings: a pipe would never
 * answer, a device might never end, so neither is read.
 */
export async function readRegularFile(path: string, rules: FileRules): Promise<Buffer | undefined> {
  const file = await opened(path, rules.links);
  if (file === undefined) return undefined;
  try {
    const reason = whyUnreadable(await file.stat(), rules);
    if (reason !== undefined) throw new Error(`${path} ${reason}`);
    const bytes = await bytesOf(file, rules.maxBytes);
    // It may have grown, and files of the system's own say that they are empty.
    if (bytes.length > rules.maxBytes) throw new Error(`${path} ${tooLarge(rules)}`);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Why a file is not one of those that the rules allow. */
export function whyUnreadable(stats: Stats, rules: FileRules): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (!stats.isFile()) return 'is no ordinary file';
  if (stats.size > rules.maxBytes) return tooLarge(rules);
  return rules.objection?.(stats);
}

function tooLarge({ maxBytes }: FileRules): string {
  return `is larger than ${maxBytes} bytes`;
}

async function opened(path: string, links: FileRules['links']): Promise<FileHandle | undefined> {
  try {
    return await unlessAbsent(open(path, constants.O_RDONLY | NO_WAIT | (links === 'refuse' ? NO_LINK : 0)));
  } catch (error) {
    const code = errorCode(error);
    // So it is with sockets.
    if (code === 'ENXIO') throw new Error(`${path} is no ordinary file`, { cause: error });
    if (code !== 'ELOOP' || links === 'follow') throw error;
    throw new Error(`${path} is a symbolic link`, { cause: error });
  }
}

/** All of it, or one byte more than it may have. */
async function bytesOf(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream: AsyncIterable<Buffer> = file.createReadStream({ end: maxBytes, autoClose: false });
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
