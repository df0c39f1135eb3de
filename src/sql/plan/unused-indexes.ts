import { type IndexDef, keyNames } from '../../catalog/table-def.ts';
import { estimateCost, roundUpToHalf } from './cost.ts';
import { findMissingColumn, whyUnusable } from './key-candidates.ts';
import { isCounted } from './statistics.ts';
import type { PlanSettings, TableRead } from './table-read.ts';

/** An index that a read does not use. */
export interface UnusedIndex {
  readonly index: string;
  /** The attributes of its key. */
  readonly key: readonly string[];
  readonly why: UnusedReason;
  /** The reason as text, without the index's name. */
  readonly reason: string;
}

export type UnusedReason =
  /** Excluded by a hint or by AutoDetectIndex. */
  | 'ruled out'
  /** Not active, or without consistent reads. */
  | 'unreadable'
  /** No condition fixes its partition key to values. */
  | 'key'
  /** Items of the result may be missing from it. */
  | 'sparse'
  | 'cost';

type Reason = Pick<UnusedIndex, 'why' | 'reason'>;

/** Explains for each unused index of the table why it is not used. A relation that is an index has no others. */
export function explainUnusedIndexes(read: TableRead, settings: PlanSettings): readonly UnusedIndex[] {
  const { table, access } = read;
  const used = access.kind === 'Query' || access.kind === 'Scan' ? access.index : undefined;
  const others = table.through === undefined ? table.indexes.filter(({ name }) => name !== used) : [];
  return others.map((index) => ({
    index: index.name,
    key: keyNames(index.key),
    ...explainUnused(index, read, settings),
  }));
}

function explainUnused(index: IndexDef, read: TableRead, settings: PlanSettings): Reason {
  const { access, hint } = read;
  if (access.kind === 'Empty') return { why: 'cost', reason: 'nothing is read' };
  if (access.kind === 'GetItem') return { why: 'cost', reason: 'reading one item by its key costs least' };
  if (hint && hint.indexes.includes(index.name) !== (hint.kind === 'only'))
    return { why: 'ruled out', reason: 'excluded by a hint' };
  const cannot = whyUnusable(index, settings);
  if (cannot !== undefined) return { why: 'unreadable', reason: cannot };
  if (!settings.autoDetectIndex && hint?.kind !== 'only')
    return { why: 'ruled out', reason: 'AutoDetectIndex=false' };
  const losers = findLosers(index, read);
  if (losers.length > 0) return explainByCost(index, read, losers, settings);
  const unsafe = read.considered?.unsafe.get(index.name);
  return unsafe === undefined
    ? { why: 'key', reason: 'no condition fixes its partition key' }
    : { why: 'sparse', reason: unsafe };
}

/**
 * The losing paths through an index. A Scan of the index only counts if a Scan was chosen and, if it reads keys, has a
 * filter.
 */
function findLosers({ name }: IndexDef, { access, considered }: TableRead): readonly TableRead[] {
  return (considered?.paths ?? []).filter((path) => {
    if (path.access.kind === 'Query') return path.access.index === name;
    if (path.access.kind !== 'Scan' || path.access.index !== name) return false;
    return access.kind === 'Scan' && (!path.fetchBack || path.filter.length > 0);
  });
}

/** Explains by its cost why an index lost to the chosen read. */
function explainByCost(
  index: IndexDef,
  read: TableRead,
  losers: readonly TableRead[],
  settings: PlanSettings,
): Reason {
  const missing = findMissingColumn(read, index);
  const units = Math.min(...losers.map((loser) => estimateCost(loser, settings).units));
  const reasons = [
    ...(missing === undefined ? [] : [`it does not project ${missing.name}`]),
    ...(isCounted(read.table)
      ? [`about ${roundUpToHalf(units)} RCU against ${roundUpToHalf(estimateCost(read, settings).units)}`]
      : missing === undefined
        ? ['not known to be cheaper']
        : []),
  ];
  return { why: 'cost', reason: reasons.join(', ') };
}
