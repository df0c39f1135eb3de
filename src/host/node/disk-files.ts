import { randomBytes } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, link, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { getErrorCode, unlessAbsent } from '../../core/error-code.ts';
import type { DataFiles, DirectoryEntry, FileDraft, FileEnd, SourceFile } from '../../core/ports.ts';
import { diskFolders } from './disk-folders.ts';

const CHUNK_BYTES = 256 * 1024;

/** Files on the local disk. New files get the permissions of the process's umask. */
export const diskFiles: DataFiles = {
  resolve: (path) => resolve(path),
  source: openSource,
  entries: listEntries,
  draft: openDraft,
  async log(path, fresh) {
    const file = await open(resolve(path), fresh ? 'ax' : 'a', 0o600);
    return { write: (bytes) => file.writeFile(bytes), finish: () => file.close() };
  },
  notes: diskFolders,
};

async function openSource(name: string): Promise<SourceFile | undefined> {
  const path = resolve(name);
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

async function listEntries(name: string): Promise<readonly DirectoryEntry[] | undefined> {
  const path = resolve(name);
  const found = await unlessAbsent(stat(path));
  if (found?.isDirectory() !== true) return undefined;
  const entries = await readdir(path, { withFileTypes: true });
  const listed = await Promise.all(
    entries.map(async (entry) => ({ name: entry.name, kind: await readEntryKind(path, entry) })),
  );
  return listed.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readEntryKind(folder: string, entry: Dirent): Promise<DirectoryEntry['kind']> {
  if (entry.isDirectory()) return 'directory';
  if (entry.isFile()) return 'file';
  // Links to directories are not followed: they may form a cycle.
  const target = entry.isSymbolicLink() ? await unlessAbsent(stat(join(folder, entry.name))) : undefined;
  return target?.isFile() === true ? 'file' : 'other';
}

async function openDraft(name: string, replace: boolean): Promise<FileDraft> {
  const path = resolve(name);
  const found = await unlessAbsent(stat(path));
  // Pipes and devices are written in place.
  if (found !== undefined && !found.isFile()) return openInPlace(path);
  if (found !== undefined && !replace) throw alreadyExists(path);
  // A symbolic link stays; the file it points to is replaced.
  const target = found === undefined ? path : await realpath(path);
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(draft, 'wx+', found === undefined ? 0o666 : found.mode & 0o777);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    path: draft,
    write: (bytes) => file.writeFile(bytes),
    end: createFileEnd(file),
    async finish() {
      await file.sync();
      await close();
      if (replace) await rename(draft, target);
      else await renameUnlessExists(draft, target);
    },
    async discard() {
      await close();
      await unlessAbsent(unlink(draft));
    },
  };
}

function createFileEnd(file: FileHandle): FileEnd {
  const position = async (bytes: number): Promise<number> => Math.max(0, (await file.stat()).size - bytes);
  return {
    async read(bytes) {
      const buffer = Buffer.alloc(bytes);
      const { bytesRead } = await file.read(buffer, 0, bytes, await position(bytes));
      return buffer.subarray(0, bytesRead);
    },
    async replace(bytes, end) {
      const start = await position(bytes);
      await file.truncate(start);
      await file.write(end, 0, end.length, start);
    },
  };
}

async function openInPlace(path: string): Promise<FileDraft> {
  const file = await open(path, 'w');
  return {
    path,
    write: (bytes) => file.writeFile(bytes),
    finish: () => file.close(),
    discard: () => file.close(),
  };
}

/** Renames without overwriting a file that was created in the meantime. */
async function renameUnlessExists(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (getErrorCode(error) === 'EEXIST') throw alreadyExists(to);
    // Some file systems have no hard links.
    await rename(from, to);
    return;
  }
  await unlink(from);
}

function alreadyExists(path: string): Error {
  return Object.assign(new Error(`${path} already exists`), { code: 'EEXIST' });
}
