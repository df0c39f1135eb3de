import { estimateCost, type CostSettings } from './cost.ts';
import { isCounted } from './statistics.ts';
import type { TableRead } from './table-read.ts';

/** Estimates the read capacity units of a read; undefined if they depend on a table size that is not known. */
export function estimateReadUnits(
  read: TableRead,
  consistent: boolean,
  learned?: CostSettings['learned'],
): number | undefined {
  const { kind } = read.access;
  // DynamoDB updates table sizes about every six hours: a new table has none yet.
  if ((kind === 'Query' || kind === 'Scan') && !isCounted(read.table)) return undefined;
  const { units } = estimateCost(read, { consistentReads: consistent, learned });
  return roundUpToHalf(units);
}

/** Rounds capacity for display: it is consumed in half units. */
export function roundUpToHalf(units: number): number {
  return Math.ceil(units * 2) / 2;
}
