// DuckDB ignores case even in quoted names. A private-use character at the end keeps such names distinct.
const FIRST_MARK = 0xe000;
const LAST_MARK = 0xf8ff;

/** Makes names distinct for DuckDB: one that differs from an earlier one only in case gets a mark. */
export function createNameMarker(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let distinct = name;
    for (let mark = FIRST_MARK; taken.has(distinct.toLowerCase()); mark++)
      distinct = `${name}${String.fromCharCode(mark)}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  };
}

/** The positions, from 1, of names that differ from others only in case. */
export function findMixedNames(names: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const spellings = new Map<string, Set<string>>();
  for (const name of names)
    if (name !== undefined)
      spellings.set(name.toLowerCase(), (spellings.get(name.toLowerCase()) ?? new Set()).add(name));
  return new Map(
    names.flatMap((name, i): [string, number][] =>
      name !== undefined && (spellings.get(name.toLowerCase())?.size ?? 0) > 1 ? [[name, i + 1]] : [],
    ),
  );
}

/** Whether a name may have a mark. */
export function endsWithMark(name: string): boolean {
  const last = name.charCodeAt(name.length - 1);
  return last >= FIRST_MARK && last <= LAST_MARK;
}

/** The name without its mark. */
export function stripNameMark(name: string): string {
  return endsWithMark(name) ? name.slice(0, -1) : name;
}
