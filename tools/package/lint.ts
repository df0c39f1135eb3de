import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Tarball } from './pack.ts';

const MAX_BYTES = 1_000_000;

/** Returns what is wrong with the contents and types of the package. */
export async function lintPackage(tarball: Tarball): Promise<readonly string[]> {
  return [
    ...checkSize(tarball),
    ...checkSourceMaps(tarball),
    ...(await runPublint(tarball)),
    ...(await checkTypes(tarball)),
  ];
}

function checkSize({ bytes }: Tarball): readonly string[] {
  return bytes.length < MAX_BYTES
    ? []
    : [`the package has ${bytes.length} bytes; the maximum is ${MAX_BYTES}`];
}

function checkSourceMaps({ files }: Tarball): readonly string[] {
  return files.filter((file) => file.endsWith('.map')).map((file) => `${file} has no source in the package`);
}

async function runPublint({ bytes }: Tarball): Promise<readonly string[]> {
  const { messages, pkg } = await publint({
    pack: { tarball: Uint8Array.from(bytes).buffer },
    strict: true,
  });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

async function checkTypes({ bytes }: Tarball): Promise<readonly string[]> {
  const { types, ...result } = await checkPackage(createPackageFromTarballData(bytes));
  if (types === false || !('problems' in result)) return ['attw: the package has no types'];
  return (
    result.problems
      // CommonJS can require an ES module in every version of Node that the package supports.
      .filter(({ kind }) => kind !== 'CJSResolvesToESM')
      .map((problem) => `attw: ${JSON.stringify(problem)}`)
  );
}
