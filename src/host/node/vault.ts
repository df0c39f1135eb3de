import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessAbsent } from '../../core/error-code.ts';
import type { Vault } from '../../core/ports.ts';
import { type FileRules, readRegularFile, whyUnreadable } from './regular-file.ts';

const MAX_BYTES = 1024 * 1024;
const GROUP_AND_OTHERS = 0o077;

/** Stores secrets in files with mode 0600. `userId` is undefined on systems without user IDs. */
export function fileVault(directory: string, userId: number | undefined): Vault {
  const rules: FileRules = {
    maxBytes: MAX_BYTES,
    links: 'refuse',
    objection: (stats) => whyNotPrivate(stats, userId),
  };
  return {
    directory,
    read: async (path) => (await readRegularFile(path, rules))?.toString('utf8'),

    async write(path, text) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const before = await unlessAbsent(lstat(path));
      const reason = before && whyUnreadable(before, rules);
      if (reason !== undefined) throw new Error(`${path} ${reason}`);
      await replaceFile(path, text);
    },
  };
}

/** Replaces a file atomically; the new file has mode 0600. */
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

async function writeDraft(draft: string, text: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Why a file is not private to the user, as a sentence fragment. */
function whyNotPrivate(stats: Stats, userId: number | undefined): string | undefined {
  if (userId === undefined) return undefined;
  if (stats.uid !== userId) return 'belongs to another user';
  if ((stats.mode & GROUP_AND_OTHERS) === 0) return undefined;
  return `is accessible to other users (mode ${(stats.mode & 0o777).toString(8)}); run chmod 600 on it`;
}
