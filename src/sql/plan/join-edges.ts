import type { ColumnDef } from '../../catalog/table-def.ts';
import type { PlanExpression, PlanNode } from './plan-json.ts';

/** A column of a stub. */
export interface StubColumn {
  readonly alias: string;
  readonly column: ColumnDef;
}

/**
 * An equality between two scans that makes rows of `restricted` irrelevant unless `source` has their value. So `source`
 * can be read first, and its values become keys for the other.
 */
export interface JoinEdge {
  readonly restricted: StubColumn;
  readonly source: StubColumn;
  /** Whether NULL equals NULL. */
  readonly nullSafe: boolean;
}

/**
 * The scan and column that a column of a node comes from. `rowwise` if omitting rows of the scan only omits rows of the
 * node.
 */
interface Origin extends StubColumn {
  readonly rowwise: boolean;
}
type Origins = readonly (Origin | undefined)[];

const EQUALITIES: ReadonlyMap<string, { readonly nullSafe: boolean }> = new Map([
  ['COMPARE_EQUAL', { nullSafe: false }],
  ['COMPARE_NOT_DISTINCT_FROM', { nullSafe: true }],
]);

/** The sides of a join that may be restricted to rows with a match on the other side. */
const RESTRICTS: ReadonlyMap<string, { readonly left: boolean; readonly right: boolean }> = new Map([
  ['INNER', { left: true, right: true }],
  ['SEMI', { left: true, right: true }],
  ['LEFT', { left: false, right: true }],
  ['SINGLE', { left: false, right: true }],
  ['ANTI', { left: false, right: true }],
  ['RIGHT', { left: true, right: false }],
]);

/** The sides whose rows become rows of the join, so that omitting some does not affect the others. */
const KEEPS: ReadonlyMap<string, { readonly left: boolean; readonly right: boolean }> = new Map([
  ['INNER', { left: true, right: true }],
  ['SEMI', { left: true, right: false }],
  ['ANTI', { left: true, right: false }],
  ['LEFT', { left: true, right: false }],
  ['SINGLE', { left: true, right: false }],
  ['MARK', { left: true, right: false }],
  ['RIGHT', { left: false, right: true }],
]);

/**
 * Finds the edges of a plan. `findScanColumns` returns the output columns of a scan; undefined if it is not the scan of a stub.
 */
export function findJoinEdges(
  plans: readonly PlanNode[],
  findScanColumns: (get: PlanNode) => readonly (StubColumn | undefined)[] | undefined,
): readonly JoinEdge[] {
  const edges: JoinEdge[] = [];
  const visit = (node: PlanNode, delimited: Origins): Origins => {
    const children = node.children ?? [];
    switch (node.type) {
      case 'LOGICAL_GET':
        return (findScanColumns(node) ?? []).map((found) => found && { ...found, rowwise: true });
      case 'LOGICAL_DELIM_GET':
        return delimited;
      case 'LOGICAL_FILTER':
        return projectOrigins(visitOnly(children, delimited), node.projection_map);
      case 'LOGICAL_PROJECTION':
        return throughExpressions(node.expressions ?? [], visitOnly(children, delimited));
      case 'LOGICAL_AGGREGATE_AND_GROUP_BY': {
        const below = visitOnly(children, delimited);
        // All rows of a group share one value, so omitting the value omits that group only.
        return node.grouping_sets === undefined || node.grouping_sets.length <= 1
          ? throughExpressions(node.groups ?? [], below)
          : [];
      }
      case 'LOGICAL_COMPARISON_JOIN':
      case 'LOGICAL_DELIM_JOIN':
        return visitJoin(node, delimited);
      case 'LOGICAL_LIMIT':
      case 'LOGICAL_TOP_N':
      case 'LOGICAL_ORDER_BY':
      case 'LOGICAL_DISTINCT': {
        const keeps = node.type === 'LOGICAL_ORDER_BY';
        return visitOnly(children, delimited).map(
          (origin) => origin && { ...origin, rowwise: keeps && origin.rowwise },
        );
      }
      default:
        for (const child of children) visit(child, delimited);
        return [];
    }
  };
  const visitOnly = ([child]: readonly PlanNode[], delimited: Origins): Origins =>
    child ? visit(child, delimited) : [];

  const visitJoin = (node: PlanNode, delimited: Origins): Origins => {
    const [leftNode, rightNode] = node.children ?? [];
    if (leftNode === undefined || rightNode === undefined) return [];
    const left = visit(leftNode, delimited);
    const correlated = throughExpressions(node.duplicate_eliminated_columns ?? [], left);
    const right = visit(rightNode, node.type === 'LOGICAL_DELIM_JOIN' ? correlated.map(asSource) : delimited);
    const type = node.join_type ?? '';
    const restricts = RESTRICTS.get(type);
    for (const { left: l, right: r, comparison } of node.conditions ?? []) {
      const equality = EQUALITIES.get(comparison ?? '');
      const [a, b] = [resolveOrigin(l, left), resolveOrigin(r, right)];
      if (equality === undefined || restricts === undefined || a === undefined || b === undefined) continue;
      if (restricts.left && a.rowwise) edges.push({ restricted: a, source: b, ...equality });
      if (restricts.right && b.rowwise) edges.push({ restricted: b, source: a, ...equality });
    }
    const keeps = KEEPS.get(type) ?? { left: false, right: false };
    const kept = (origins: Origins, keep: boolean): Origins =>
      origins.map((origin) => origin && { ...origin, rowwise: keep && origin.rowwise });
    const leftOut = projectOrigins(kept(left, keeps.left), node.left_projection_map);
    if (type === 'SEMI' || type === 'ANTI') return leftOut;
    if (type === 'MARK') return [...leftOut, undefined];
    return [...leftOut, ...projectOrigins(kept(right, keeps.right), node.right_projection_map)];
  };

  for (const plan of plans) visit(plan, []);
  return edges.filter(({ restricted, source }) => restricted.alias !== source.alias);
}

/** Values from another part of the plan: usable as keys, but not rows of this node. */
function asSource(origin: Origin | undefined): Origin | undefined {
  return origin && { ...origin, rowwise: false };
}

function resolveOrigin(expression: PlanExpression | undefined, origins: Origins): Origin | undefined {
  return expression?.type === 'BOUND_REF' && expression.index !== undefined
    ? origins[expression.index]
    : undefined;
}

function throughExpressions(expressions: readonly PlanExpression[], origins: Origins): Origins {
  return expressions.map((expression) => resolveOrigin(expression, origins));
}

function projectOrigins(origins: Origins, map: readonly number[] | undefined): Origins {
  return map === undefined || map.length === 0 ? origins : map.map((position) => origins[position]);
}
