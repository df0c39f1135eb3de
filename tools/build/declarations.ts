import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

/** Writes the public types as one file, which names no package but those given. */
export async function writeDeclarations(outdir: string, packages: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(outdir, 'types-'));
  try {
    execFileSync(process.execPath, [tsc(), '-p', 'tsconfig.build.json', '--outDir', folder], {
      stdio: 'inherit',
    });
    const rolled = await rollup({
      input: join(folder, 'index.d.ts'),
      plugins: [dts({ includeExternal: ['undici'] })],
      external: (id) => id.startsWith('node:') || packages.includes(id),
    });
    await rolled.write({ file: join(outdir, 'index.d.ts'), format: 'es' });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function tsc(): string {
  return resolve('node_modules/@typescript/native/bin/tsc');
}
