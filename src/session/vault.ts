import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import type { Vault } from '../core/ports.ts';

const MAX_BYTES = 1024 * 1024;
const OTHERS = 0o077;

/** Files with secrets, for the user's own eyes. `userId` is absent where the system has none. */
export function fileVault(directory: string, userId: number | undefined): Vault {
  return {
    directory,

    async read(path) {
      const file = await open(path, constants.O_RDONLY | NO_LINK | NO_WAIT).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
        throw errorCode(error) === 'ELOOP' ? new Error(`${path} is a symbolic link`) : error;
      });
      if (file === undefined) return undefined;
      try {
        const reason = whatIsWrong(await file.stat(), userId);
        if (reason !== undefined) throw new Error(`${path} ${reason}`);
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    },

    async write(path, text) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const before = await lstat(path).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      });
      const reason = before && whatIsWrong(before, userId);
      if (reason !== undefined) throw new Error(`${path} ${reason}`);
      await replaceFile(path, text);
    },
  };
}

/** Puts a text in a file's place at once; only the user can read it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeDraft(draft, text);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}

// Where the system has no such flags they count for nothing.
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

async function writeDraft(draft: string, text: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function whatIsWrong(stats: Stats, userId: number | undefined): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (!stats.isFile()) return 'is no ordinary file';
  if (stats.size > MAX_BYTES) return `is larger than ${MAX_BYTES} bytes`;
  if (userId === undefined) return undefined;
  if (stats.uid !== userId) return 'belongs to somebody else';
  if ((stats.mode & OTHERS) === 0) return undefined;
  return `is open to others (mode ${(stats.mode & 0o777).toString(8)}); chmod 600 makes it the user's own`;
}
