import { estimateCost, type CostSettings } from './cost.ts';
import { isCounted } from './statistics.ts';
import type { TableRead } from './table-read.ts';

/** Read capacity units that a read will probably consume; undefined where it depends on what nobody has counted. */
export function estimateReadUnits(
  read: TableRead,
  consistent: boolean,
  learned?: CostSettings['learned'],
): number | undefined {
  const { kind } = read.access;
  // DynamoDB counts a table about every six hours: a new one has no size yet.
  if ((kind === 'Query' || kind === 'Scan') && !isCounted(read.table)) return undefined;
  const { units } = estimateCost(read, { consistentReads: consistent, learned });
  return roundUpToHalf(units);
}

/** Figures for people: capacity comes in halves. */
export function roundUpToHalf(units: number): number {
  return Math.ceil(units * 2) / 2;
}
