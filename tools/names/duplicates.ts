import { findExportedNames, formatPosition, type Source } from './source.ts';

/** Names that two files may export, and why. */
const ALLOWED: ReadonlyMap<string, string> = new Map([]);

/** Exported names that more than one file declares. */
export function findDuplicates(sources: readonly Source[]): readonly string[] {
  const declared = new Map<string, Map<string, string>>();
  for (const source of sources) {
    for (const { name, position } of findExportedNames(source)) {
      const places = declared.get(name) ?? new Map<string, string>();
      // A type and its value, or overloads, are one declaration.
      if (!places.has(source.file)) places.set(source.file, formatPosition(source, position));
      declared.set(name, places);
    }
  }
  return [...declared]
    .filter(([name, places]) => places.size > 1 && !ALLOWED.has(name))
    .map(
      ([name, places]) => `${[...places.values()].join(', ')}: ${name} is exported by ${places.size} files`,
    );
}
