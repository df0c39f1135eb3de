import type { PushdownRule, TableRead } from '../table-read.ts';
import { candidateFor, missingColumn, narrowest, reasonAgainst, type Candidate } from '../key-candidates.ts';
import { sortedQuery } from './sort-order.ts';

/**
 * The partition key held to values and perhaps the sort key to a range: a Query of the table or of an index. An index
 * serves only where no item can be missing from it; where it does not hold every needed attribute it gives the keys.
 */
export const keyCondition: PushdownRule = {
  name: 'key-condition',
  apply(read, settings) {
    if (read.access.kind !== 'Scan') return undefined;
    const rejected: string[] = [];
    const covering: Candidate[] = [];
    const keysOnly: Candidate[] = [];
    const { through } = read.table;
    const place = read.table.indexes.find((index) => index.name === through);
    const own = candidateFor(read, read.table.key, place);
    if (own) covering.push(own);

    for (const index of settings.autoDetectIndex && place === undefined ? read.table.indexes : []) {
      const found = candidateFor(read, index.key, index);
      if (found === undefined) continue;
      const why = reasonAgainst(read, index, settings);
      const missing = missingColumn(read, index);
      if (why === undefined && missing === undefined) covering.push(found);
      else if (why === undefined) keysOnly.push(found);
      if (why !== undefined) rejected.push(`${index.name}: ${why}`);
      else if (missing !== undefined) rejected.push(`${index.name}: it does not hold ${missing.name}`);
    }
    const best = narrowest(sortedFirst(read, covering));
    if (best) return queryOf(read, best, [...rejected, ...lessNarrow(covering, best)]);
    const keys = narrowest(sortedFirst(read, keysOnly));
    if (keys?.index)
      return fetchBackOf(
        read,
        keys,
        rejected.filter((line) => !line.startsWith(`${keys.index?.name}: `)),
      );
    return rejected.length === 0 ? undefined : { ...read, rejected: [...read.rejected, ...rejected] };
  },
};

/** Of keys that are equally narrow, one that gives the rows in their order lets the read stop early. */
function sortedFirst(read: TableRead, candidates: readonly Candidate[]): readonly Candidate[] {
  const { order } = read;
  if (order === undefined) return candidates;
  const isSorted = (candidate: Candidate): boolean => {
    const { access } = queryOf(read, candidate, []);
    return access.kind !== 'Query' || sortedQuery(read, access, order) !== undefined;
  };
  return candidates.toSorted((a, b) => Number(isSorted(b)) - Number(isSorted(a)));
}

function lessNarrow(candidates: readonly Candidate[], best: Candidate): readonly string[] {
  const others = candidates.filter((other) => other !== best).map(({ index }) => index?.name);
  return others.flatMap((name) =>
    name === undefined ? [] : `${name}: the key that was chosen is at least as narrow`,
  );
}

function queryOf(
  read: TableRead,
  { ranges, index, keyed }: Candidate,
  rejected: readonly string[],
): TableRead {
  return {
    ...read,
    access:
      ranges.length === 0
        ? { kind: 'Empty' }
        : { kind: 'Query', ranges, ...(index ? { index: index.name } : {}) },
    keyed: [...keyed],
    residual: read.residual.filter((condition) => !keyed.has(condition)),
    rejected: [...read.rejected, ...rejected],
  };
}

/** What holds of the index entry stays residual: the item may have changed since. */
function fetchBackOf(read: TableRead, candidate: Candidate, rejected: readonly string[]): TableRead {
  const { residual } = read;
  const query = queryOf(read, candidate, rejected);
  return query.access.kind === 'Query' ? { ...query, residual, fetchBack: true } : query;
}
