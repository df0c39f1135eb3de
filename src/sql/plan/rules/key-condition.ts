import { cheapest, isSettled, unread } from '../compete.ts';
import { costOf } from '../cost.ts';
import {
  candidateFor,
  keyChoice,
  missingColumn,
  queryOf,
  reasonAgainst,
  servedBy,
} from '../key-candidates.ts';
import type { IndexDef, KeySchema } from '../../../catalog/table-def.ts';
import type { PlanSettings, PushdownRule, TableRead } from '../table-read.ts';
import { sortedQuery } from './sort-order.ts';

/**
 * The partition key held to values and perhaps the sort key to a range: a Query of the table or of an index, whichever
 * costs least. An index serves only where no item can be missing from it; where it does not hold every needed attribute
 * it gives the keys.
 */
export const keyCondition: PushdownRule = {
  name: 'key-condition',
  apply(read, settings) {
    if (isSettled(read)) return undefined;
    const bare = unread(read);
    const { own, indexes } = keyChoice(read, settings);
    const proposals: Proposal[] = own ? queries(bare, own.key, own.index) : [];
    const rejected: string[] = [];
    const byIndex = new Map<IndexDef, readonly Proposal[]>();
    for (const index of indexes) {
      const found = queries(bare, index.key, index);
      if (found.length === 0) continue;
      const why = reasonAgainst(bare, index, settings);
      if (why === undefined) byIndex.set(index, found);
      else rejected.push(`${index.name}: ${why}`);
    }
    // Of those that cost the same, the one that fixes most of its key, then one that gives the rows in their order.
    const narrowestFirst = [...proposals, ...[...byIndex.values()].flat()].toSorted(
      (a, b) => b.bound - a.bound || Number(isSorted(b.read)) - Number(isSorted(a.read)),
    );
    const best = cheapest(
      read,
      narrowestFirst.map((proposal) => proposal.read),
      settings,
    );
    for (const [index, found] of byIndex)
      if (!found.some((proposal) => proposal.read === best))
        rejected.push(notChosen(bare, index, found, best, settings));
    if (best === read && rejected.length === 0) return undefined;
    return { ...best, rejected: [...read.rejected, ...rejected] };
  },
};

interface Proposal {
  readonly read: TableRead;
  readonly bound: number;
}

/** The Queries that the conditions allow of one key. */
function queries(read: TableRead, key: KeySchema, index: IndexDef | undefined): Proposal[] {
  const each = candidateFor(read, key, index);
  if (each === undefined) return [];
  const all = each.ranges.length > 1 ? candidateFor(read, key, index, true) : undefined;
  return [each, ...(all && all.bound < each.bound ? [all] : [])].map((candidate) => ({
    read: servedBy(queryOf(read, candidate), read, index),
    bound: candidate.bound,
  }));
}

function isSorted(read: TableRead): boolean {
  const { access, order } = read;
  return order === undefined || access.kind !== 'Query' || sortedQuery(read, access, order) !== undefined;
}

function notChosen(
  bare: TableRead,
  index: IndexDef,
  found: readonly Proposal[],
  best: TableRead,
  settings: PlanSettings,
): string {
  const missing = missingColumn(bare, index);
  const lacks = missing === undefined ? '' : `it does not hold ${missing.name}, and `;
  const units = Math.min(...found.map((proposal) => costOf(proposal.read, settings).units));
  const chosen = costOf(best, settings).units;
  return `${index.name}: ${lacks}about ${units.toFixed(1)} RCU are no less than ${chosen.toFixed(1)}`;
}
