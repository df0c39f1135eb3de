import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputChunk } from 'rolldown';

interface InlinedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its license and its notices, as it ships them. */
  readonly text: string;
}

const PACKAGE_FOLDER = /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const LEGAL_FILE = /^(?:licen[cs]e|notice|copying)\b/i;

/** Writes the licenses of the packages whose code is in the bundle; packages with the same text share it. */
export async function writeLicenses(file: string, chunks: readonly OutputChunk[]): Promise<void> {
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const folders = new Set(modules.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []));
  const packages = await Promise.all([...folders].toSorted().map(readPackage));
  const texts = new Set(packages.map(({ text }) => text));
  const sections = [...texts].map((text) => {
    const sharing = packages.filter((each) => each.text === text);
    return [...sharing.map(({ name, version, license }) => `${name} ${version} (${license})`), '', text].join(
      '\n',
    );
  });
  const intro = 'This package contains code of the following packages.';
  await writeFile(file, `${[intro, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

async function readPackage(folder: string): Promise<InlinedPackage> {
  const manifest: Partial<InlinedPackage> = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name = folder, version = '', license } = manifest;
  if (license === undefined) throw new Error(`${name} names no license, so its code may not be inlined`);
  const files = (await readdir(folder)).filter((file) => LEGAL_FILE.test(file)).toSorted();
  const texts = await Promise.all(files.map((legal) => readFile(join(folder, legal), 'utf8')));
  return { name, version, license, text: texts.map((text) => text.trim()).join('\n\n') };
}
