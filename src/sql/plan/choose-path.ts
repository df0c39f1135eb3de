import { compareCosts, costOf } from './cost.ts';
import { filterExpression } from './rules/filter-expression.ts';
import { sortOrder } from './rules/sort-order.ts';
import { type PlanSettings, scanOf, type TableRead } from './table-read.ts';

/** The read as it was before any rule: what proposals start from. */
export function asFullScan({ fetchBack: _fetchBack, sorted, ...read }: TableRead): TableRead {
  return {
    ...read,
    access: scanOf(read.table),
    keyed: [],
    filter: [],
    residual: read.conditions,
    ...(sorted === undefined ? {} : { order: sorted }),
  };
}

/** Whether the read is one that nothing undercuts. */
export function isOptimal({ access }: TableRead): boolean {
  return access.kind === 'GetItem' || access.kind === 'Empty';
}

/** The cheapest of several reads of the same rows: the first of those that cost the same. */
export function cheapest(
  current: TableRead,
  proposed: readonly TableRead[],
  settings: PlanSettings,
): TableRead {
  return proposed.reduce((best, read) => (isBetter(read, best, settings) ? read : best), current);
}

/** The counters are hours old, and a Scan grows with the table where a key condition may not. */
const SCAN_HANDICAP = { factor: 1.2, units: 2 };

function isBetter(proposed: TableRead, current: TableRead, settings: PlanSettings): boolean {
  const ours = costOf(withFinalSteps(proposed, settings), settings);
  const theirs = costOf(withFinalSteps(current, settings), settings);
  const [scans, scanned] = [proposed.access.kind === 'Scan', current.access.kind === 'Scan'];
  if (scanned && !scans) return ours.units < theirs.units * SCAN_HANDICAP.factor + SCAN_HANDICAP.units;
  if (scans && !scanned) return ours.units * SCAN_HANDICAP.factor + SCAN_HANDICAP.units <= theirs.units;
  return compareCosts(ours, theirs) < 0;
}

/** With what the later rules will do: a filter or an order that is met lets a limit end the read early. */
export function withFinalSteps(read: TableRead, settings: PlanSettings): TableRead {
  const filtered = filterExpression.apply(read, settings) ?? read;
  return sortOrder.apply(filtered, settings) ?? filtered;
}
