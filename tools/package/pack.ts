import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The packed package. */
export interface Tarball {
  readonly path: string;
  readonly bytes: Buffer;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Packs the package of the current folder into the destination. */
export async function pack(destination: string): Promise<Tarball> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const report: readonly { filename: string; files: readonly { path: string }[] }[] = JSON.parse(
    execFileSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' }),
  );
  const [packed] = report;
  if (packed === undefined) throw new Error('npm pack reported no package');
  const path = join(destination, packed.filename);
  return { path, bytes: await readFile(path), files: packed.files.map((file) => file.path) };
}
