import type { ColumnDef } from '../../catalog/table-def.ts';
import type { PlanExpression, PlanNode } from './plan-json.ts';
import type { OrderTerm } from './table-read.ts';

/** The output of a scan: its stub, and its columns in the order of the references above it. */
export interface ScanOutput {
  readonly alias: string;
  readonly columns: readonly (ColumnDef | undefined)[];
}

/** Undefined if the node is not the scan of a stub. */
export type FindScan = (get: PlanNode) => ScanOutput | undefined;

/** A scan whose rows are filtered and projected one by one, and then optionally sorted and limited. */
export interface RowChain {
  readonly alias: string;
  /** The output columns, as columns of the table; undefined for computed ones. */
  readonly output: readonly (ColumnDef | undefined)[];
  readonly order: readonly OrderTerm[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  /** Whether conditions above the scan drop further rows. */
  readonly filteredAbove: boolean;
}

/**
 * Matches the chain that ends with a node; undefined if the node is more than a chain, or is sorted by a computed
 * value. With `joined`, the chain may pass joins that keep each of its rows and only add columns.
 */
export function rowChain(root: PlanNode, findScan: FindScan, joined = false): RowChain | undefined {
  let node: PlanNode | undefined = root;
  let limit: number | undefined;
  let offset: number | undefined;
  let orders: PlanNode['orders'];
  let filteredAbove = false;
  // The positions of the output columns and the sort keys in the node below; -1 for computed ones.
  let positions: readonly number[] | undefined;
  let orderPositions: readonly number[] = [];
  const through = (below: readonly number[] | undefined): void => {
    if (below === undefined || below.length === 0) return;
    positions = positions === undefined ? below : positions.map((position) => below[position] ?? -1);
    orderPositions = orderPositions.map((position) => below[position] ?? -1);
  };
  for (;;) {
    if (node === undefined) return undefined;
    const child: PlanNode | undefined = node.children?.[0];
    switch (node.type) {
      case 'LOGICAL_LIMIT': {
        // A limit below a sort or a filter applies before it.
        if (limit !== undefined || offset !== undefined || orders !== undefined || filteredAbove)
          return undefined;
        const limitValue = constantLimit(node.limit_val);
        const offsetValue = constantLimit(node.offset_val);
        if (limitValue === 'other' || offsetValue === 'other') return undefined;
        [limit, offset] = [limitValue, offsetValue];
        break;
      }
      case 'LOGICAL_ORDER_BY':
        if (orders !== undefined || node.orders === undefined) return undefined;
        through(node.projection_map);
        orders = node.orders;
        orderPositions = orders.map(({ expression }) => referencedPosition(expression));
        break;
      case 'LOGICAL_PROJECTION':
        through((node.expressions ?? []).map(referencedPosition));
        break;
      case 'LOGICAL_FILTER':
        filteredAbove ||= child?.type !== 'LOGICAL_GET';
        through(node.projection_map);
        break;
      case 'LOGICAL_COMPARISON_JOIN': {
        if (!joined || !KEEPS_LEFT.has(node.join_type ?? '')) return undefined;
        const kept = leftPositions(node, findScan);
        if (kept.length === 0) return undefined;
        through(kept);
        break;
      }
      case 'LOGICAL_GET': {
        const scan = findScan(node);
        if (scan === undefined) return undefined;
        const order = (orders ?? []).flatMap(({ type }, i) => {
          const column = scan.columns[orderPositions[i] ?? -1];
          return column ? [{ column, descending: type === 'DESCENDING' }] : [];
        });
        if (order.length < (orders?.length ?? 0)) return undefined;
        const output = (positions ?? scan.columns.map((_, i) => i)).map((position) => scan.columns[position]);
        return { alias: scan.alias, output, order, limit, offset, filteredAbove };
      }
      default:
        return undefined;
    }
    node = child;
  }
}

const KEEPS_LEFT: ReadonlySet<string> = new Set(['LEFT', 'SINGLE']);

/** The left side's positions of the join's first columns; empty if their number is unknown. */
function leftPositions(
  { children: [left] = [], left_projection_map: map = [] }: PlanNode,
  findScan: FindScan,
): readonly number[] {
  if (map.length > 0) return map;
  return Array.from({ length: (left && countColumns(left, findScan)) ?? 0 }, (_, i) => i);
}

/** The number of output columns of a node; undefined if unknown. */
function countColumns(node: PlanNode, findScan: FindScan): number | undefined {
  const [first, second] = node.children ?? [];
  const mapped = (map: readonly number[] | undefined, child: PlanNode | undefined): number | undefined =>
    map !== undefined && map.length > 0 ? map.length : child && countColumns(child, findScan);
  switch (node.type) {
    case 'LOGICAL_GET':
      return findScan(node)?.columns.length;
    case 'LOGICAL_PROJECTION':
      return node.expressions?.length;
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return node.grouping_sets !== undefined && node.grouping_sets.length > 1
        ? undefined
        : (node.groups?.length ?? 0) + (node.expressions?.length ?? 0);
    case 'LOGICAL_FILTER':
      return mapped(node.projection_map, first);
    case 'LOGICAL_COMPARISON_JOIN': {
      if (!KEEPS_LEFT.has(node.join_type ?? '')) return undefined;
      const left = mapped(node.left_projection_map, first);
      const right = mapped(node.right_projection_map, second);
      return left === undefined || right === undefined ? undefined : left + right;
    }
    default:
      return undefined;
  }
}

/** The position that an expression refers to; -1 for a computed one. */
export function referencedPosition(expression: PlanExpression): number {
  return expression.type === 'BOUND_REF' ? (expression.index ?? -1) : -1;
}

function constantLimit(limit: PlanNode['limit_val']): number | undefined | 'other' {
  if (limit === undefined || limit.type === 'UNSET') return undefined;
  return limit.type === 'CONSTANT_VALUE' && typeof limit.constant_integer === 'number'
    ? limit.constant_integer
    : 'other';
}
