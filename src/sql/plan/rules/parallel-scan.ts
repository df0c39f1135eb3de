import { scanSegments } from '../../../dynamo/read/reader.ts';
import type { ReadRule } from '../table-read.ts';

/** Reads a large table in parallel segments. */
export const parallelScan: ReadRule = {
  kind: 'chosen',
  name: 'parallel-scan',
  apply(read, settings) {
    if (read.access.kind !== 'Scan' || read.access.segment !== undefined) return undefined;
    // If the first rows are enough, a sequential Scan costs least.
    if (read.limit !== undefined && read.residual.length === 0) return undefined;
    const segments = scanSegments(read.table, settings.threads);
    return segments <= 1 ? undefined : { ...read, access: { ...read.access, segments } };
  },
};
