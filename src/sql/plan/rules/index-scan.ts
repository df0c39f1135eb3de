import type { IndexDef } from '../../../catalog/table-def.ts';
import { cheapest, isOptimal, asFullScan } from '../choose-path.ts';
import { candidateKeys, reasonAgainst, readThroughIndex } from '../key-candidates.ts';
import type { PushdownRule, TableRead } from '../table-read.ts';

/**
 * A Scan of an index that is smaller than its table, where no item can be missing from it or the statement names it. Where
 * it does not hold all that is needed it gives the keys of the items that its filter lets through.
 */
export const indexScan: PushdownRule = {
  name: 'index-scan',
  apply(read, settings) {
    if (isOptimal(read)) return undefined;
    const { indexes, hinted } = candidateKeys(read, settings);
    const bare = asFullScan(read);
    const scans = indexes
      .filter((index) => reasonAgainst(bare, index, settings) === undefined)
      .map((index) => indexScanOf(bare, index));
    const [first, ...others] = scans;
    if (first === undefined) return undefined;
    const best = hinted ? cheapest(first, others, settings) : cheapest(read, scans, settings);
    return best === read ? undefined : best;
  },
};

/** The Scan of an index, and perhaps of the items that its entries lead to. */
export function indexScanOf(bare: TableRead, index: IndexDef): TableRead {
  return readThroughIndex({ ...bare, access: { kind: 'Scan', segments: 1, index: index.name } }, bare, index);
}
