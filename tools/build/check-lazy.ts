import type { Metafile } from 'esbuild';

/** Throws if importing an entry loads a package: packages are large, and are imported when something needs them. */
export function checkLazy({ outputs }: Metafile, entries: readonly string[]): void {
  const reached = new Set(entries);
  // A Set's iteration includes what is added meanwhile.
  for (const file of reached) {
    for (const { path, kind, external = false } of outputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import' || path.startsWith('node:')) continue;
      if (external) throw new Error(`${file} imports ${path} before it is needed`);
      reached.add(path);
    }
  }
}
