import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Tarball } from './pack.ts';

/** A project that has the package among its dependencies. */
export interface UserProject {
  readonly folder: string;
  /** The package's command line. */
  readonly bin: string;
}

interface Manifest {
  readonly name: string;
  readonly bin: { readonly dynadbc: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Further packages of a TypeScript project. */
const TYPES = ['@types/node', 'undici-types'];

/** Installs the package with only its declared dependencies, which are links to this project's node_modules. */
export async function installPackage(folder: string, { path }: Tarball): Promise<UserProject> {
  const manifest: Manifest = JSON.parse(await readFile('package.json', 'utf8'));
  const installed = join(folder, 'node_modules', manifest.name);
  await mkdir(installed, { recursive: true });
  execFileSync('tar', ['-xzf', path, '-C', installed, '--strip-components=1']);
  for (const name of [...Object.keys(manifest.dependencies), ...TYPES]) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(resolve('node_modules', name), link, 'junction');
  }
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  return { folder, bin: join(installed, manifest.bin.dynadbc) };
}
