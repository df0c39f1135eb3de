import { cheapest, isOptimal, asFullScan } from '../choose-path.ts';
import { candidateFor, candidateKeys, toQuery, reasonAgainst, readThroughIndex } from '../key-candidates.ts';
import type { IndexDef, KeySchema } from '../../../catalog/table-def.ts';
import type { PushdownRule, TableRead } from '../table-read.ts';
import { sortedQuery } from './sort-order.ts';

/**
 * The partition key held to values and perhaps the sort key to a range: a Query of the table or of an index, whichever
 * costs least. An index serves only where no item can be missing from it; where it does not hold every needed attribute
 * it gives the keys.
 */
export const keyCondition: PushdownRule = {
  name: 'key-condition',
  apply(read, settings) {
    if (isOptimal(read)) return undefined;
    const bare = asFullScan(read);
    const { own, indexes } = candidateKeys(read, settings);
    const safe = indexes.filter((index) => reasonAgainst(bare, index, settings) === undefined);
    const proposals = [
      ...(own ? keyQueries(bare, own.key, own.index) : []),
      ...safe.flatMap((index) => keyQueries(bare, index.key, index)),
    ];
    // Of those that cost the same, the one that fixes most of its key, then one that gives the rows in their order.
    const narrowestFirst = proposals.toSorted(
      (a, b) => b.bound - a.bound || Number(isSorted(b.read)) - Number(isSorted(a.read)),
    );
    const best = cheapest(
      read,
      narrowestFirst.map((proposal) => proposal.read),
      settings,
    );
    return best === read ? undefined : best;
  },
};

interface Proposal {
  readonly read: TableRead;
  readonly bound: number;
}

/** The Queries that the conditions allow of one key. */
export function keyQueries(read: TableRead, key: KeySchema, index: IndexDef | undefined): Proposal[] {
  const each = candidateFor(read, key, index);
  if (each === undefined) return [];
  const all = each.ranges.length > 1 ? candidateFor(read, key, index, true) : undefined;
  return [each, ...(all && all.bound < each.bound ? [all] : [])].map((candidate) => ({
    read: readThroughIndex(toQuery(read, candidate), read, index),
    bound: candidate.bound,
  }));
}

function isSorted(read: TableRead): boolean {
  const { access, order } = read;
  return order === undefined || access.kind !== 'Query' || sortedQuery(read, access, order) !== undefined;
}
