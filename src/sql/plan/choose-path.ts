import { compareCosts, type Cost, estimateCost } from './cost.ts';
import type { PlanSettings, PushdownRule, ReadRule, TableRead } from './table-read.ts';

/**
 * Plans one read, which begins as a full Scan: access rules propose candidates, every candidate is finished with its filter
 * and order, and their costs are compared once.
 */
export function chooseAccessPath(
  start: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  const { reads, unsafe } = candidates(start, settings, rules);
  const paths = reads.map((read) => withRules(read, 'finish', settings, rules));
  const chosen = withRules(cheapest(paths, settings), 'chosen', settings, rules);
  return paths.length === 1 && unsafe.size === 0 ? chosen : { ...chosen, considered: { paths, unsafe } };
}

interface Candidates {
  readonly reads: readonly TableRead[];
  /** Indexes that may lack items of the result, with the reason. */
  readonly unsafe: ReadonlyMap<string, string>;
}

function candidates(start: TableRead, settings: PlanSettings, rules: readonly PushdownRule[]): Candidates {
  const proposed: TableRead[] = [];
  const unsafe = new Map<string, string>();
  const { segment } = start.table;
  if (segment?.count === 0) return { reads: [{ ...start, access: { kind: 'Empty' }, residual: [] }], unsafe };
  // Only a Scan can be limited to a segment.
  if (isOptimal(start) || segment !== undefined) return { reads: [start], unsafe };
  for (const rule of rules) {
    if (rule.kind !== 'access') continue;
    for (const proposal of rule.propose(start, settings)) {
      if (proposal.kind === 'unsafe') unsafe.set(proposal.index, proposal.reason);
      else if (isOptimal(proposal.read)) return { reads: [proposal.read], unsafe: new Map() };
      else proposed.push(proposal.read);
    }
  }
  // A statement that names an index must not read the table.
  const isHinted = start.hint?.kind === 'only' && start.table.through === undefined;
  return { reads: isHinted && proposed.length > 0 ? proposed : [start, ...proposed], unsafe };
}

/** One item or none: no other path can cost less. */
function isOptimal({ access }: TableRead): boolean {
  return access.kind === 'GetItem' || access.kind === 'Empty';
}

function withRules(
  read: TableRead,
  kind: ReadRule['kind'],
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  return rules.reduce(
    (sofar, rule) => (rule.kind === kind ? (rule.apply(sofar, settings) ?? sofar) : sofar),
    read,
  );
}

interface PricedRead {
  readonly read: TableRead;
  readonly cost: Cost;
}

/** Returns the first of the cheapest paths. */
function cheapest([first, ...others]: readonly TableRead[], settings: PlanSettings): TableRead {
  if (first === undefined) throw new RangeError('A read has at least one access path');
  if (others.length === 0) return first;
  const price = (read: TableRead): PricedRead => ({ read, cost: estimateCost(read, settings) });
  return others.map(price).reduce((best, each) => (isBetter(each, best) ? each : best), price(first)).read;
}

/** DynamoDB's counters may be hours old, and a Scan grows with the table while a key condition may not. */
const SCAN_HANDICAP = { factor: 1.2, units: 2 };

function isBetter(proposed: PricedRead, current: PricedRead): boolean {
  const [units, currentUnits] = [proposed.cost.units, current.cost.units];
  const [scans, currentScans] = [proposed, current].map(({ read }) => read.access.kind === 'Scan');
  if (currentScans && !scans) return units < currentUnits * SCAN_HANDICAP.factor + SCAN_HANDICAP.units;
  if (scans && !currentScans) return units * SCAN_HANDICAP.factor + SCAN_HANDICAP.units <= currentUnits;
  return compareCosts(proposed.cost, current.cost) < 0;
}
