import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from './package/install.ts';
import { lintPackage } from './package/lint.ts';
import { pack } from './package/pack.ts';
import { useCases } from './package/use-cases.ts';

/** Checks the package as npm would publish it: packs the result of `npm run build`, and uses it in a new project. */
const folder = await mkdtemp(join(tmpdir(), 'dynadbc-package-'));
try {
  const tarball = await pack(folder);
  const user = await installPackage(folder, tarball);
  const problems = [...(await lintPackage(tarball)), ...useCases.flatMap((use) => use(user) ?? [])];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
