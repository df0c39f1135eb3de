import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessAbsent } from '../core/error-code.ts';
import type { Folders } from '../core/ports.ts';
import { replaceFile } from './vault.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** Folders on this machine's disk. */
export const diskFolders: Folders = {
  async list(folder) {
    const names = (await unlessAbsent(readdir(folder))) ?? [];
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
  async read(path) {
    const found = await unlessAbsent(stat(path));
    if (found !== undefined && found.size > MAX_BYTES)
      throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
    return found && unlessAbsent(readFile(path, 'utf8'));
  },
  async write(path, text) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, text);
  },
  async remove(path) {
    await unlessAbsent(unlink(path));
  },
};
