import { candidateKeys, whyUnsafe, readThroughIndex } from '../key-candidates.ts';
import type { AccessRule } from '../table-read.ts';

/**
 * A Scan of an index, which may be smaller than its table, if no item can be missing from it or the statement names it.
 * An index that does not project every needed attribute returns the keys of the items that pass its filter.
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
