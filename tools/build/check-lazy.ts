import { isBuiltin } from 'node:module';
import type { OutputChunk } from 'rolldown';

/** Throws if importing an entry loads a package: packages are large, and are imported when something needs them. */
export function checkLazy(chunks: readonly OutputChunk[]): void {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set(chunks.filter((chunk) => chunk.isEntry).map(({ fileName }) => fileName));
  // Iterating a set includes what is added meanwhile.
  for (const fileName of reached) {
    const { moduleIds = [] } = byName.get(fileName) ?? {};
    if (moduleIds.some((id) => id.endsWith('duckdb.cjs'))) throw new Error(`${fileName} loads DuckDB`);
    for (const imported of byName.get(fileName)?.imports ?? []) {
      if (byName.has(imported)) reached.add(imported);
      else if (!isBuiltin(imported)) throw new Error(`${fileName} imports ${imported} before it is needed`);
    }
  }
}
