import { cheapest, isSettled, unread } from '../compete.ts';
import { keyChoice, missingColumn, reasonAgainst, servedBy } from '../key-candidates.ts';
import type { PushdownRule, TableRead } from '../table-read.ts';

/**
 * A Scan of an index that is smaller than its table: where it holds all that is needed and no item can be missing from
 * it, or where the statement names it.
 */
export const indexScan: PushdownRule = {
  name: 'index-scan',
  apply(read, settings) {
    if (isSettled(read)) return undefined;
    const { indexes, hinted } = keyChoice(read, settings);
    const bare = unread(read);
    const scans = indexes
      .filter(
        (index) =>
          reasonAgainst(bare, index, settings) === undefined &&
          (hinted || missingColumn(bare, index) === undefined),
      )
      .map((index): TableRead =>
        servedBy({ ...bare, access: { kind: 'Scan', segments: 1, index: index.name } }, bare, index),
      );
    const [first, ...others] = scans;
    if (first === undefined) return undefined;
    const best = hinted ? cheapest(first, others, settings) : cheapest(read, scans, settings);
    return best === read ? undefined : best;
  },
};
