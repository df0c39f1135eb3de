import { findExportedNames, formatPosition, type Source } from './source.ts';

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
    .filter(([, places]) => places.size > 1)
    .map(
      ([name, places]) => `${[...places.values()].join(', ')}: ${name} is exported by ${places.size} files`,
    );
}
