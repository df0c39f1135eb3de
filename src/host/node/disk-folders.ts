import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessAbsent } from '../../core/error-code.ts';
import type { Folders } from '../../core/ports.ts';
import { type FileRules, readRegularFile } from './regular-file.ts';
import { replaceFile } from './vault.ts';

const RULES: FileRules = { maxBytes: 4 * 1024 * 1024, links: 'follow' };

/** Folders on the local disk. */
export const diskFolders: Folders = {
  async list(folder) {
    // A file where a folder is expected is an error, not an empty folder.
    const names = (await unlessAbsent(stat(folder))) === undefined ? [] : await readdir(folder);
    const entries = await Promise.all(
      names.map(async (name) => {
        const found = await unlessAbsent(stat(join(folder, name)));
        return found?.isFile() === true
          ? [{ name, stamp: `${found.mtimeMs} ${found.size} ${found.ino}` }]
          : [];
      }),
    );
    return entries.flat();
  },
  read: async (path) => (await readRegularFile(path, RULES))?.toString('utf8'),
  async write(path, text) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, text);
  },
  async remove(path) {
    await unlessAbsent(unlink(path));
  },
};
