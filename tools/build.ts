import { chmod, readFile, rm } from 'node:fs/promises';
import { bundle } from './build/bundle.ts';
import { checkLazy } from './build/check-lazy.ts';
import { writeDeclarations } from './build/declarations.ts';
import { writeLicenses } from './build/licenses.ts';

/** Writes `dist`: the bundled library and command line, their types, and the licenses of what was inlined. */
interface Manifest {
  readonly bin: { readonly dynadbc: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(await readFile('package.json', 'utf8'));
const { dependencies, optionalDependencies, peerDependencies } = manifest;
const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });

await rm('dist', { recursive: true, force: true });
const chunks = await bundle('dist', packages);
checkLazy(chunks);
await chmod(manifest.bin.dynadbc, 0o755);
await Promise.all([
  writeDeclarations('dist', packages),
  writeLicenses('dist/THIRD-PARTY-LICENSES.txt', chunks),
]);
