import { type ColumnDef, keyAttributes } from '../../catalog/table-def.ts';
import type { Literal } from '../../dynamo/expression/predicate.ts';
import { storedAttributeType } from '../types/column-types.ts';
import { parseTimeInput } from '../types/time-input.ts';
import { chooseAccessPath } from './choose-path.ts';
import type { JoinEdge } from './join-edges.ts';
import {
  asFullScan,
  type Condition,
  type PlanSettings,
  type PushdownRule,
  type TableRead,
} from './table-read.ts';
import { isTimeColumn, toStoredLiteral } from './time-conditions.ts';

/**
 * Assigns to a Scan the read whose values may become its keys, if a join makes all other rows irrelevant and the values
 * would form a key condition. Whether this pays off is decided once the values are known.
 */
export function withKeySources(
  reads: readonly TableRead[],
  edges: readonly JoinEdge[],
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): readonly TableRead[] {
  // A read waits for at most one other, without cycles.
  const waits = new Map<string, string>();
  const leadsTo = (from: string | undefined, to: string): boolean =>
    from !== undefined && (from === to || leadsTo(waits.get(from), to));
  return sortBySize(reads).reduce<readonly TableRead[]>((sofar, target) => {
    if (target.access.kind !== 'Scan' || target.table.segment !== undefined) return sofar;
    const possible = edges.filter(
      (edge) => edge.restricted.alias === target.alias && isPossible(edge, target, settings, rules),
    );
    const best = sortBySize(reads)
      .toReversed()
      .map((source) =>
        possible.find((edge) => edge.source.alias === source.alias && !leadsTo(source.alias, target.alias)),
      )
      .find((edge) => edge !== undefined);
    const source = best && reads.find(({ alias }) => alias === best.source.alias);
    if (best === undefined || source === undefined || !isSmaller(source, target)) return sofar;
    waits.set(target.alias, source.alias);
    const keysFrom = { alias: source.alias, column: best.source.column, attribute: best.restricted.column };
    return sofar.map((read) => (read.alias === target.alias ? { ...read, keysFrom } : read));
  }, reads);
}

/** Sorts the largest read first. */
function sortBySize(reads: readonly TableRead[]): readonly TableRead[] {
  return reads.toSorted((a, b) => estimateBytes(b) - estimateBytes(a));
}

/** The minimum size of a Scan: DynamoDB's table sizes may be hours old. */
const MIN_SCAN_BYTES = 65_536;

/** A rough estimate of the bytes that a read returns, to compare the sizes of two reads. */
function estimateBytes({ access, table, limit }: TableRead): number {
  const itemBytes = table.itemCount > 0 ? table.sizeBytes / table.itemCount : 1024;
  if (limit !== undefined && access.kind !== 'Empty') return itemBytes * limit;
  switch (access.kind) {
    case 'Empty':
      return 0;
    case 'GetItem':
      return itemBytes;
    case 'BatchGetItem':
      return itemBytes * access.keys.length;
    case 'Query':
      return Math.max(1, Math.sqrt(table.itemCount)) * itemBytes * access.ranges.length;
    case 'Scan':
      return Math.max(table.sizeBytes, MIN_SCAN_BYTES);
  }
}

/** Reads by key go before any Scan. Waiting for another Scan only pays off if it is much smaller. */
function isSmaller(source: TableRead, target: TableRead): boolean {
  return source.access.kind !== 'Scan' || estimateBytes(source) * 4 <= estimateBytes(target);
}

function isPossible(
  { restricted, source, nullSafe }: JoinEdge,
  target: TableRead,
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): boolean {
  const wire = storedAttributeType(restricted.column);
  if (
    wire === undefined ||
    restricted.column.type.kind === 'double' ||
    isTimeColumn(restricted.column) !== isTimeColumn(source.column) ||
    // Two columns of dates may have different forms.
    (wire !== storedAttributeType(source.column) && !isTimeColumn(source.column))
  )
    return false;
  // NULL cannot be a key value: if NULLs match each other, every item must have the attribute.
  const always = keyAttributes(target.table.key).some(({ name }) => name === restricted.column.path[0]);
  if (nullSafe && !always) return false;
  const sample: Literal | undefined =
    wire === 'S' || wire === 'N' ? { type: wire, text: wire === 'S' ? 'a' : '1' } : undefined;
  return (
    sample !== undefined &&
    planWithKeys(target, restricted.column, [sample], settings, rules).access.kind !== 'Scan'
  );
}

/** Plans a read whose attribute can only have these values. It stays a Scan if they do not form a key condition. */
export function planWithKeys(
  read: TableRead,
  attribute: ColumnDef,
  values: readonly Literal[],
  settings: PlanSettings,
  rules: readonly PushdownRule[],
): TableRead {
  const { keysFrom: _, ...rest } = read;
  const keys: Condition = {
    text: `${attribute.name} IN (${values.length} values of the join)`,
    predicate: { kind: 'in', path: attribute.path, values },
    exact: true,
  };
  return chooseAccessPath(asFullScan({ ...rest, conditions: [...read.conditions, keys] }), settings, rules);
}

/** Converts a value of the source, printed by the engine, to a literal of the attribute's type; undefined if that has no such value. */
export function toJoinKeyLiteral(
  attribute: ColumnDef,
  printed: string,
  source: ColumnDef,
): Extract<Literal, { readonly text: string }> | undefined {
  if (isTimeColumn(attribute)) {
    const micros = isTimeColumn(source)
      ? parseTimeInput(printed, source.type.kind, source.type.zone)
      : undefined;
    return micros === undefined ? undefined : toStoredLiteral(attribute, micros);
  }
  const wire = storedAttributeType(attribute);
  return wire === 'S' || wire === 'N' ? { type: wire, text: printed } : undefined;
}
