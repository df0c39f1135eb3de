import { matchKey, candidateKeys, toQueryRead, whyUnsafe, readThroughIndex } from '../key-candidates.ts';
import type { IndexDef, KeySchema } from '../../../catalog/table-def.ts';
import type { AccessRule, Proposal, TableRead } from '../table-read.ts';
import { sortedQuery } from './sort-order.ts';

/**
 * The partition key is fixed to values, and optionally the sort key to a range: a Query of the table or of an index. An
 * index is only used if no item can be missing from it; if it does not project every needed attribute, it returns the
 * keys.
 */
export const keyCondition: AccessRule = {
  kind: 'access',
  name: 'key-condition',
  propose(read, settings) {
    const { own, indexes } = candidateKeys(read, settings);
    const queries = own ? keyQueries(read, own.key, own.index) : [];
    const unsafe: Proposal[] = [];
    for (const index of indexes) {
      const ofIndex = keyQueries(read, index.key, index);
      const reason = ofIndex.length === 0 ? undefined : whyUnsafe(read, index, settings);
      if (reason === undefined) queries.push(...ofIndex);
      else unsafe.push({ kind: 'unsafe', index: index.name, reason });
    }
    // Prefers the Query that fixes most of its key, then one that returns the rows in the requested order.
    const narrowestFirst = queries.toSorted(
      (a, b) => b.bound - a.bound || Number(isSorted(b.read)) - Number(isSorted(a.read)),
    );
    return [...unsafe, ...narrowestFirst.map((query): Proposal => ({ kind: 'path', read: query.read }))];
  },
};

interface KeyQuery {
  readonly read: TableRead;
  readonly bound: number;
}

/** The Queries that the conditions allow for one key. */
function keyQueries(read: TableRead, key: KeySchema, index: IndexDef | undefined): KeyQuery[] {
  const each = matchKey(read, key, index);
  if (each === undefined) return [];
  const all = each.ranges.length > 1 ? matchKey(read, key, index, true) : undefined;
  return [each, ...(all && all.bound < each.bound ? [all] : [])].map((candidate) => ({
    read: readThroughIndex(toQueryRead(read, candidate), read, index),
    bound: candidate.bound,
  }));
}

function isSorted(read: TableRead): boolean {
  const { access, order } = read;
  return order === undefined || access.kind !== 'Query' || sortedQuery(read, access, order) !== undefined;
}
