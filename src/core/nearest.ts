/** The candidates most similar to `name`, best first: a small edit distance ignoring case, or one contains the other. */
export function nearest(name: string, candidates: Iterable<string>, max = 3): readonly string[] {
  const typed = name.toLowerCase();
  if (typed === '' || typed.length > 200) return [];
  const maxDistance = Math.max(1, Math.floor(typed.length / 3));
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const other = candidate.toLowerCase();
    const contains =
      typed.length >= 3 && other.length >= 3 && (other.includes(typed) || typed.includes(other));
    const score = Math.abs(other.length - typed.length) > maxDistance ? Infinity : editDistance(typed, other);
    if (score <= maxDistance) scored.push({ candidate, score });
    else if (contains) scored.push({ candidate, score: maxDistance + 1 });
  }
  return scored
    .toSorted((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, max)
    .map((s) => s.candidate);
}

/** Damerau-Levenshtein distance: insertions, deletions, substitutions and swaps of adjacent characters. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
