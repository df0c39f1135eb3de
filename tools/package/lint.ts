import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Tarball } from './pack.ts';

const MAX_BYTES = 1_000_000;

/** What is wrong with the package, before anything of it runs. */
export async function lintPackage(tarball: Tarball): Promise<readonly string[]> {
  return [
    ...sizeProblems(tarball),
    ...sourceMapProblems(tarball),
    ...(await publintProblems(tarball)),
    ...(await typeProblems(tarball)),
  ];
}

function sizeProblems({ bytes }: Tarball): readonly string[] {
  return bytes.length < MAX_BYTES ? [] : [`The package has ${bytes.length} bytes, of at most ${MAX_BYTES}`];
}

function sourceMapProblems({ files }: Tarball): readonly string[] {
  return files.filter((file) => file.endsWith('.map')).map((file) => `${file} has no source in the package`);
}

async function publintProblems({ bytes }: Tarball): Promise<readonly string[]> {
  const { messages, pkg } = await publint({
    pack: { tarball: Uint8Array.from(bytes).buffer },
    strict: true,
  });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

async function typeProblems({ bytes }: Tarball): Promise<readonly string[]> {
  const { types, ...result } = await checkPackage(createPackageFromTarballData(bytes));
  if (types === false || !('problems' in result)) return ['attw: the package has no types'];
  return (
    result.problems
      // CommonJS can require an ES module in every version of Node that the package supports.
      .filter(({ kind }) => kind !== 'CJSResolvesToESM')
      .map((problem) => `attw: ${JSON.stringify(problem)}`)
  );
}
