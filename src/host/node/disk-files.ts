import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode, unlessAbsent } from '../../core/error-code.ts';
import type { DataFiles, FileDraft, SourceFile } from '../../core/ports.ts';
import { diskFolders } from './disk-folders.ts';

const CHUNK_BYTES = 256 * 1024;

/** Files on this machine's disk. Those that are written are open to whom the process's umask says. */
export const diskFiles: DataFiles = {
  resolve: (path) => resolve(path),
  source: sourceAt,
  draft: draftAt,
  async log(written, fresh) {
    const file = await open(resolve(written), fresh ? 'ax' : 'a', 0o600);
    return { write: (bytes) => file.writeFile(bytes), finish: () => file.close() };
  },
  notes: diskFolders,
};

async function sourceAt(written: string): Promise<SourceFile | undefined> {
  const path = resolve(written);
  const found = await unlessAbsent(stat(path));
  if (found === undefined) return undefined;
  if (found.isDirectory()) throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' });
  return {
    path,
    size: found.isFile() ? found.size : undefined,
    stamp: `${found.mtimeMs} ${found.size} ${found.ino}`,
    read: (signal) => createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }),
  };
}

async function draftAt(written: string, replace: boolean): Promise<FileDraft> {
  const path = resolve(written);
  const found = await unlessAbsent(stat(path));
  // A pipe or a device keeps its place.
  if (found !== undefined && !found.isFile()) return inPlace(path);
  if (found !== undefined && !replace) throw exists(path);
  // A link stays one, and what it leads to is replaced.
  const place = found === undefined ? path : await realpath(path);
  const draft = `${place}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(draft, 'wx', found === undefined ? 0o666 : found.mode & 0o777);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    path: draft,
    write: (bytes) => file.writeFile(bytes),
    async finish() {
      await file.sync();
      await close();
      if (replace) await rename(draft, place);
      else await renameNew(draft, place);
    },
    async discard() {
      await close();
      await unlessAbsent(unlink(draft));
    },
  };
}

async function inPlace(path: string): Promise<FileDraft> {
  const file = await open(path, 'w');
  return {
    path,
    write: (bytes) => file.writeFile(bytes),
    finish: () => file.close(),
    discard: () => file.close(),
  };
}

/** Renames, unless somebody made a file of that name in the meantime. */
async function renameNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw exists(to);
    // Not every file system has links.
    await rename(from, to);
    return;
  }
  await unlink(from);
}

function exists(path: string): Error {
  return Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
}
