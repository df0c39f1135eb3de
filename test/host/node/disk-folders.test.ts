import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { diskFolders } from '../../../src/host/node/disk-folders.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folders-'));
  await writeFile(join(folder, 'file'), 'text');
});
afterAll(() => rm(folder, { recursive: true }));

describe('diskFolders', () => {
  it('finds nothing where there is no such folder', async () => {
    await expect(diskFolders.list(join(folder, 'absent'))).resolves.toEqual([]);
    await expect(diskFolders.read(join(folder, 'absent', 'file'))).resolves.toBeUndefined();
  });

  it('finds nothing below a file', async () => {
    await expect(diskFolders.list(join(folder, 'file', 'below'))).resolves.toEqual([]);
    await expect(diskFolders.read(join(folder, 'file', 'below'))).resolves.toBeUndefined();
    await expect(diskFolders.remove(join(folder, 'file', 'below'))).resolves.toBeUndefined();
  });

  it('does not take a file for an empty folder', async () => {
    await expect(diskFolders.list(join(folder, 'file'))).rejects.toThrow('ENOTDIR');
    await expect(diskFolders.list(folder)).resolves.toEqual([
      { name: 'file', stamp: expect.stringContaining(' 4 ') },
    ]);
  });
});
