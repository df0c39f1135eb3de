import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { getErrorCode, unlessAbsent } from '../../core/error-code.ts';

/** What a file must satisfy before it is read. */
export interface FileRules {
  readonly maxBytes: number;
  /** Whether the path may be a symbolic link. */
  readonly links: 'follow' | 'refuse';
  /** A further reason to refuse the file, as a sentence fragment: `belongs to another user`. */
  objection?(stats: Stats): string | undefined;
}

// Undefined on Windows.
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/**
 * Reads a regular file; undefined if it does not exist. Paths come from connection strings, so pipes and devices are
 * refused: reading them might never end.
 */
export async function readRegularFile(path: string, rules: FileRules): Promise<Buffer | undefined> {
  const file = await openWithoutBlocking(path, rules.links);
  if (file === undefined) return undefined;
  try {
    const reason = whyUnreadable(await file.stat(), rules);
    if (reason !== undefined) throw new Error(`${path} ${reason}`);
    const bytes = await readAtMost(file, rules.maxBytes);
    // The file may have grown since, and files under /proc report size 0.
    if (bytes.length > rules.maxBytes) throw new Error(`${path} ${describeTooLarge(rules)}`);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Why the rules do not allow reading a file, as a sentence fragment; undefined if they do. */
export function whyUnreadable(stats: Stats, rules: FileRules): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (!stats.isFile()) return 'is not a regular file';
  if (stats.size > rules.maxBytes) return describeTooLarge(rules);
  return rules.objection?.(stats);
}

function describeTooLarge({ maxBytes }: FileRules): string {
  return `is larger than ${maxBytes} bytes`;
}

async function openWithoutBlocking(path: string, links: FileRules['links']): Promise<FileHandle | undefined> {
  try {
    return await unlessAbsent(open(path, constants.O_RDONLY | NO_WAIT | (links === 'refuse' ? NO_LINK : 0)));
  } catch (error) {
    const code = getErrorCode(error);
    // Opening a socket fails with ENXIO.
    if (code === 'ENXIO') throw new Error(`${path} is not a regular file`, { cause: error });
    if (code !== 'ELOOP' || links === 'follow') throw error;
    throw new Error(`${path} is a symbolic link`, { cause: error });
  }
}

/** Reads at most `maxBytes` + 1 bytes: the extra byte shows that the file is too large. */
async function readAtMost(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream: AsyncIterable<Buffer> = file.createReadStream({ end: maxBytes, autoClose: false });
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
