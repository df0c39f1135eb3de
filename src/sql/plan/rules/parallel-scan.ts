import { scanSegments } from '../../../dynamo/read/reader.ts';
import type { ReadRule } from '../table-read.ts';

/** A large table is read in segments, several at once. */
export const parallelScan: ReadRule = {
  kind: 'chosen',
  name: 'parallel-scan',
  apply(read, settings) {
    if (read.access.kind !== 'Scan') return undefined;
    // The first rows are enough: one segment after another costs least.
    if (read.limit !== undefined && read.residual.length === 0) return undefined;
    const segments = scanSegments(read.table, settings.threads);
    return segments <= 1 ? undefined : { ...read, access: { ...read.access, segments } };
  },
};
