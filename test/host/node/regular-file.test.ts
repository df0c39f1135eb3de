import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileRules, readRegularFile } from '../../../src/host/node/regular-file.ts';

const RULES: FileRules = { maxBytes: 1000, links: 'follow' };
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordinary-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (name: string, rules: FileRules = RULES): Promise<string | undefined> =>
  (await readRegularFile(join(folder, name), rules))?.toString('utf8');

describe('readOrdinary', () => {
  it('gives all of a file up to the limit, and nothing where there is none', async () => {
    await writeFile(join(folder, 'f'), 'é'.repeat(500));
    await writeFile(join(folder, 'empty'), '');
    expect(await read('f')).toBe('é'.repeat(500));
    expect(await read('empty')).toBe('');
    expect(await read('g')).toBeUndefined();
    expect(await read('f/g')).toBeUndefined();
  });

  it('neither waits for a pipe nor reads what is no file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await mkdir(join(folder, 'd'));
    await symlink('/dev/zero', join(folder, 'zero'));
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((resolve) => {
      server.on('listening', resolve);
    });
    for (const name of ['pipe', 'd', 'zero', 'socket'])
      await expect(read(name)).rejects.toThrow(`${join(folder, name)} is not a regular file`);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it('stops at the limit, also where a file says that it is empty', async () => {
    await writeFile(join(folder, 'big'), 'x'.repeat(1001));
    await expect(read('big')).rejects.toThrow('is larger than 1000 bytes');
    const status = '/proc/self/status';
    if ((await readRegularFile(status, { ...RULES, maxBytes: 100_000 })) === undefined) return;
    await expect(readRegularFile(status, { ...RULES, maxBytes: 10 })).rejects.toThrow(
      'is larger than 10 bytes',
    );
  });

  it('follows links where it may', async () => {
    await writeFile(join(folder, 'f'), 'x');
    await symlink('f', join(folder, 'link'));
    await symlink('loop', join(folder, 'loop'));
    expect(await read('link')).toBe('x');
    await expect(read('link', { ...RULES, links: 'refuse' })).rejects.toThrow('is a symbolic link');
    await expect(read('loop')).rejects.toThrow('ELOOP');
  });
});
