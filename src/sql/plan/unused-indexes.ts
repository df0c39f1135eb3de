import { type IndexDef, keyNames } from '../../catalog/table-def.ts';
import { withFinalSteps, asFullScan } from './choose-path.ts';
import { costOf } from './cost.ts';
import { halves } from './estimate.ts';
import { missingColumn, reasonAgainst, whyUnusable } from './key-candidates.ts';
import { alternativeQueries } from './rules/alternatives.ts';
import { indexScanOf } from './rules/index-scan.ts';
import { keyQueries } from './rules/key-condition.ts';
import { isCounted } from './statistics.ts';
import type { PlanSettings, TableRead } from './table-read.ts';

/** An index that does not serve a read. */
export interface UnusedIndex {
  readonly index: string;
  /** The attributes of its key. */
  readonly key: readonly string[];
  readonly why: UnusedBecause;
  /** The same for people, without the index's name. */
  readonly reason: string;
}

export type UnusedBecause =
  /** The statement, or AutoDetectIndex, rules it out. */
  | 'ruled out'
  /** It is not active, or has no consistent reads. */
  | 'unreadable'
  /** No condition holds its partition key to values. */
  | 'key'
  /** Items that the statement wants may be missing from it. */
  | 'sparse'
  | 'cost';

type Reason = Pick<UnusedIndex, 'why' | 'reason'>;

/** Why each index of the table that is not read is not; none of a relation that is an index itself. */
export function unusedIndexes(read: TableRead, settings: PlanSettings): readonly UnusedIndex[] {
  const { table, access } = read;
  const used = access.kind === 'Query' || access.kind === 'Scan' ? access.index : undefined;
  const others = table.through === undefined ? table.indexes.filter(({ name }) => name !== used) : [];
  return others.map((index) => ({
    index: index.name,
    key: keyNames(index.key),
    ...reasonOf(index, read, settings),
  }));
}

function reasonOf(index: IndexDef, read: TableRead, settings: PlanSettings): Reason {
  const { access, hint } = read;
  const bare = asFullScan(read);
  if (access.kind === 'Empty') return { why: 'cost', reason: 'nothing is read' };
  if (access.kind === 'GetItem')
    return { why: 'cost', reason: 'nothing costs less than one item by its key' };
  if (hint && hint.indexes.includes(index.name) !== (hint.kind === 'only'))
    return { why: 'ruled out', reason: 'a hint of the statement' };
  const cannot = whyUnusable(index, settings);
  if (cannot !== undefined) return { why: 'unreadable', reason: cannot };
  if (!settings.autoDetectIndex && hint?.kind !== 'only')
    return { why: 'ruled out', reason: 'AutoDetectIndex=false' };
  return byItsKey(index, read, bare, settings);
}

function byItsKey(index: IndexDef, read: TableRead, bare: TableRead, settings: PlanSettings): Reason {
  const sparse = reasonAgainst(bare, index, settings);
  const queries = keyQueries(bare, index.key, index).map((query) => query.read);
  const scan = indexScanOf(bare, index);
  const isRival =
    read.access.kind === 'Scan' && (!scan.fetchBack || withFinalSteps(scan, settings).filter.length > 0);
  const safe = [
    ...(sparse === undefined ? [...queries, ...(isRival ? [scan] : [])] : []),
    ...alternativeQueries(bare, index.key, index, settings),
  ];
  if (safe.length > 0) return byCost(index, read, safe, settings);
  return queries.length > 0 && sparse !== undefined
    ? { why: 'sparse', reason: sparse }
    : { why: 'key', reason: 'no condition gives its partition key values' };
}

/** Undercut by the read that was chosen. */
function byCost(
  index: IndexDef,
  read: TableRead,
  ways: readonly TableRead[],
  settings: PlanSettings,
): Reason {
  const missing = missingColumn(read, index);
  const units = Math.min(...ways.map((way) => costOf(withFinalSteps(way, settings), settings).units));
  const reasons = [
    ...(missing === undefined ? [] : [`it does not hold ${missing.name}`]),
    ...(isCounted(read.table)
      ? [`about ${halves(units)} RCU against ${halves(costOf(read, settings).units)}`]
      : missing === undefined
        ? ['no cheaper, as far as is known']
        : []),
  ];
  return { why: 'cost', reason: reasons.join(', ') };
}
