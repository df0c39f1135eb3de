import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The driver as `npm run build` bundles it. */
export interface BundledDriver extends AsyncDisposable {
  /** The module to import. */
  readonly url: string;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Bundles the driver once for all programs that a test starts: loading its sources takes each of them seconds. */
export async function bundleDriver(): Promise<BundledDriver> {
  const manifest: Manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  // Inside the project, so that the bundle finds its packages.
  const cache = join(ROOT, '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'driver-'));
  const program = `
    import { bundle } from ${JSON.stringify(new URL('../../tools/build/bundle.ts', import.meta.url))};
    await bundle(${JSON.stringify(folder)}, ${JSON.stringify(packages)});`;
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  const node = ['--import', 'tsx', '--input-type=module', '--eval', program];
  await promisify(execFile)(process.execPath, node, { cwd: ROOT }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    url: pathToFileURL(join(folder, 'index.js')).href,
    [Symbol.asyncDispose]: remove,
  };
}
