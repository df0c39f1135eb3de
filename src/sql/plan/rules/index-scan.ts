import { candidateKeys, whyUnsafe, readThroughIndex } from '../key-candidates.ts';
import type { AccessRule } from '../table-read.ts';

/**
 * A Scan of an index that is smaller than its table, where no item can be missing from it or the statement names it. An
 * index that does not hold every needed attribute returns the keys of the items that its filter lets through.
 */
export const indexScan: AccessRule = {
  kind: 'access',
  name: 'index-scan',
  propose(read, settings) {
    return candidateKeys(read, settings)
      .indexes.filter((index) => whyUnsafe(read, index, settings) === undefined)
      .map((index) => ({
        kind: 'path',
        read: readThroughIndex(
          { ...read, access: { kind: 'Scan', segments: 1, index: index.name } },
          read,
          index,
        ),
      }));
  },
};
