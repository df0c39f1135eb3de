import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileVault } from '../../../src/host/node/vault.ts';

const me = userInfo().uid;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-'));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('fileVault', () => {
  it('gives back what it was given, from a file and a folder for the user alone', async () => {
    const vault = fileVault(folder, me);
    const path = join(folder, 'a', 'b', 'sessions.json');
    expect(await vault.read(path)).toBeUndefined();
    await vault.write(path, 'one');
    await vault.write(path, 'two');
    expect(await vault.read(path)).toBe('two');
    expect(await modeOf(path)).toBe('600');
    expect(await modeOf(join(folder, 'a'))).toBe('700');
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['sessions.json']);
  });

  it('survives many who write at once: the file is always one of the texts', async () => {
    const vault = fileVault(folder, me);
    const path = join(folder, 'f');
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(texts.map((text) => vault.write(path, text)));
    expect(texts).toContain(await vault.read(path));
    expect(await readdir(folder)).toEqual(['f']);
  });

  it.each(['read', 'write'] as const)('does not %s through a symbolic link', async (verb) => {
    const vault = fileVault(folder, me);
    const target = join(folder, 'target');
    const link = join(folder, 'link');
    await writeFile(target, 'x', { mode: 0o600 });
    await symlink(target, link);
    await expect(verb === 'read' ? vault.read(link) : vault.write(link, 'y')).rejects.toThrow(
      'is a symbolic link',
    );
    expect(await readFile(target, 'utf8')).toBe('x');
  });

  it('neither reads nor replaces what others can read or own', async () => {
    const path = join(folder, 'f');
    await writeFile(path, 'x');
    await chmod(path, 0o644);
    await expect(fileVault(folder, me).read(path)).rejects.toThrow('is accessible to other users (mode 644)');
    await expect(fileVault(folder, me).write(path, 'y')).rejects.toThrow('chmod 600');
    await chmod(path, 0o600);
    await expect(fileVault(folder, me + 1).read(path)).rejects.toThrow('belongs to another user');
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it('accepts only regular files up to the size limit', async () => {
    const vault = fileVault(folder, me);
    await mkdir(join(folder, 'd'));
    await expect(vault.read(join(folder, 'd'))).rejects.toThrow('is not a regular file');
    await expect(vault.write(join(folder, 'd'), 'x')).rejects.toThrow('is not a regular file');
    await expect(vault.read('/dev/null')).rejects.toThrow('is not a regular file');
    await writeFile(join(folder, 'big'), 'x'.repeat(1024 * 1024 + 1), { mode: 0o600 });
    await expect(vault.read(join(folder, 'big'))).rejects.toThrow('is larger');
  });

  it('leaves nothing behind where it cannot write', async () => {
    await writeFile(join(folder, 'f'), 'x', { mode: 0o600 });
    await expect(fileVault(folder, me).write(join(folder, 'f', 'g'), 'y')).rejects.toThrow('EEXIST');
    expect(await readdir(folder)).toEqual(['f']);
  });
});
