import type { ColumnDef } from '../../catalog/table-def.ts';
import { conditionsOfExpression, conditionsOfFilter } from './conditions.ts';
import { joinEdges, type JoinEdge, type StubColumn } from './join-edges.ts';
import type { PlanExpression, PlanFilter, PlanNode } from './plan-json.ts';
import type { Condition } from './table-read.ts';

/** What the optimised plan says about one stub. */
export interface ScanFacts {
  readonly conditions: readonly Condition[];
  /** The columns that the statement needs of this scan. */
  readonly columns: readonly ColumnDef[];
}

/** The statement is one scan, a projection of plain columns and perhaps a limit and an order: rows can stream as they come. */
export interface DirectShape {
  readonly alias: string;
  /** The output columns, as columns of the table. */
  readonly output: readonly ColumnDef[];
  readonly limit?: number;
  readonly offset?: number;
  readonly order?: { readonly column: ColumnDef; readonly descending: boolean };
  /** The one row is the number of items, or the one output column of the first item, NULL where there is none. */
  readonly summary?: 'count' | 'first';
}

export interface PlanFacts {
  /** By stub. A stub that the optimiser removed is not here: its rows cannot matter. */
  readonly scans: ReadonlyMap<string, ScanFacts>;
  readonly direct: DirectShape | undefined;
  readonly edges: readonly JoinEdge[];
}

/** The columns of a stub in the order of its definition; undefined for tables that are no stubs. */
export type StubColumns = (stub: string) => readonly ColumnDef[] | undefined;

/** Reads the plan: which conditions reach which scan, and whether the statement needs no engine at all. */
export function readPlan(plans: readonly PlanNode[], stubs: StubColumns): PlanFacts {
  const scans = new Map<string, ScanFacts>();
  const copied = new Set<string>();
  const visit = (node: PlanNode, above: readonly PlanExpression[]): void => {
    if (node.type === 'LOGICAL_GET') {
      const found = factsOf(node, above, stubs);
      // Scanned twice (a correlated subquery that was copied): only what needs no condition is safe for both.
      if (found === undefined) return;
      const before = scans.get(found.alias);
      if (before) copied.add(found.alias);
      scans.set(found.alias, before ? withoutConditions(found.facts, before) : found.facts);
      return;
    }
    const own = node.type === 'LOGICAL_FILTER' ? (node.expressions ?? []) : [];
    for (const child of node.children ?? []) visit(child, own);
  };
  for (const plan of plans) visit(plan, []);
  const [only] = plans;
  const edges = joinEdges(plans, (get) => scanColumns(get, stubs));
  return {
    scans,
    direct: plans.length === 1 && only ? (summaryShape(only, stubs) ?? directShape(only, stubs)) : undefined,
    edges: edges.filter(({ restricted }) => !copied.has(restricted.alias)),
  };
}

function withoutConditions(one: ScanFacts, other: ScanFacts): ScanFacts {
  return { conditions: [], columns: [...new Set([...one.columns, ...other.columns])] };
}

function scanColumns(get: PlanNode, stubs: StubColumns): readonly (StubColumn | undefined)[] | undefined {
  const alias = get.function_data?.table;
  const columns = alias === undefined ? undefined : stubs(alias);
  if (alias === undefined || columns === undefined) return undefined;
  return visibleColumns(get, readColumns(get, columns)).map((column) => column && { alias, column });
}

/** `SELECT count(*)`, `min(column)` or `max(column)` of one scan. */
function summaryShape(root: PlanNode, stubs: StubColumns): DirectShape | undefined {
  const aggregate = root.children?.[0];
  const [output, ...others] = plainReferences(root.expressions ?? []) ?? [];
  if (root.type !== 'LOGICAL_PROJECTION' || output !== 0 || others.length > 0) return undefined;
  if (aggregate?.type !== 'LOGICAL_AGGREGATE_AND_GROUP_BY' || (aggregate.groups ?? []).length > 0)
    return undefined;
  const [expression, ...more] = aggregate.expressions ?? [];
  const [below] = aggregate.children ?? [];
  const shape = below && directShape(below, stubs);
  if (shape === undefined || expression === undefined || more.length > 0 || isCut(shape)) return undefined;
  if (expression.filter !== undefined || expression.aggregate_type === 'DISTINCT') return undefined;
  if (expression.name === 'count_star') return { ...shape, output: [], summary: 'count' };
  if (expression.name !== 'min' && expression.name !== 'max') return undefined;
  const [position, ...rest] = plainReferences(expression.children ?? []) ?? [];
  const column = position === undefined || rest.length > 0 ? undefined : shape.output[position];
  if (column === undefined) return undefined;
  const order = { column, descending: expression.name === 'max' };
  return { alias: shape.alias, output: [column], limit: 1, order, summary: 'first' };
}

function isCut({ limit, offset, order }: DirectShape): boolean {
  return limit !== undefined || offset !== undefined || order !== undefined;
}

function factsOf(
  get: PlanNode,
  above: readonly PlanExpression[],
  stubs: StubColumns,
): { alias: string; facts: ScanFacts } | undefined {
  const alias = get.function_data?.table;
  const columns = alias === undefined ? undefined : stubs(alias);
  if (alias === undefined || columns === undefined) return undefined;
  const read = readColumns(get, columns);
  const visible = visibleColumns(get, read);
  const conditions = [
    ...(get.table_filters?.filters ?? []).flatMap(({ key, value }) => filterConditions(value, columns[key])),
    ...above.flatMap((expression) => conditionsOfExpression(expression, (index) => visible[index])),
  ];
  const needed = new Set(read.filter((column) => column !== undefined));
  return { alias, facts: { conditions, columns: columns.filter((column) => needed.has(column)) } };
}

function filterConditions(filter: PlanFilter, column: ColumnDef | undefined): Condition[] {
  return column === undefined
    ? [{ text: filter.filter_type, predicate: undefined, exact: false }]
    : conditionsOfFilter(filter, column);
}

/** What the scan reads, filters included; row numbers are none of ours. */
function readColumns(get: PlanNode, columns: readonly ColumnDef[]): readonly (ColumnDef | undefined)[] {
  return (get.column_indexes ?? []).map(({ index }) =>
    typeof index === 'number' ? columns[index] : undefined,
  );
}

/** What the scan hands up, in the order in which expressions above count it. */
function visibleColumns(
  get: PlanNode,
  read: readonly (ColumnDef | undefined)[],
): readonly (ColumnDef | undefined)[] {
  const ids = get.projection_ids ?? [];
  return ids.length === 0 ? read : ids.map((id) => read[id]);
}

function directShape(root: PlanNode, stubs: StubColumns): DirectShape | undefined {
  let node: PlanNode | undefined = root;
  let limit: number | undefined;
  let offset: number | undefined;
  let order: NonNullable<PlanNode['orders']>[number] | undefined;
  // Maps output positions to the positions of the node below; undefined while nothing has been projected.
  let positions: readonly number[] | undefined;
  let orderPosition: number | undefined;
  for (;;) {
    if (node === undefined) return undefined;
    switch (node.type) {
      case 'LOGICAL_LIMIT': {
        // A limit below an order cuts before it sorts.
        if (limit !== undefined || offset !== undefined || order !== undefined) return undefined;
        const limitOf = constantLimit(node.limit_val);
        const offsetOf = constantLimit(node.offset_val);
        if (limitOf === 'other' || offsetOf === 'other') return undefined;
        limit = limitOf;
        offset = offsetOf;
        node = node.children?.[0];
        break;
      }
      case 'LOGICAL_ORDER_BY': {
        if (order !== undefined || node.orders?.length !== 1) return undefined;
        order = node.orders[0];
        orderPosition = order?.expression.type === 'BOUND_REF' ? order.expression.index : undefined;
        if (orderPosition === undefined) return undefined;
        node = node.children?.[0];
        break;
      }
      case 'LOGICAL_PROJECTION': {
        const below = plainReferences(node.expressions ?? []);
        if (below === undefined) return undefined;
        const through = (position: number): number => below[position] ?? -1;
        positions = positions === undefined ? below : positions.map(through);
        if (orderPosition !== undefined) orderPosition = through(orderPosition);
        node = node.children?.[0];
        break;
      }
      case 'LOGICAL_FILTER':
        // Its conditions are read by factsOf; it may not drop or move columns for positions to hold.
        if (node.children?.[0]?.type !== 'LOGICAL_GET') return undefined;
        if (node.projection_ids !== undefined && node.projection_ids.length > 0) return undefined;
        node = node.children[0];
        break;
      case 'LOGICAL_GET': {
        const alias: string | undefined = node.function_data?.table;
        const columns = alias === undefined ? undefined : stubs(alias);
        if (alias === undefined || columns === undefined) return undefined;
        const visible = visibleColumns(node, readColumns(node, columns));
        const output = (positions ?? visible.map((_, i) => i)).map((position) => visible[position]);
        const orderColumn = orderPosition === undefined ? undefined : visible[orderPosition];
        if (order !== undefined && orderColumn === undefined) return undefined;
        if (positions !== undefined && output.some((column) => column === undefined)) return undefined;
        return {
          alias,
          output: output.filter((column) => column !== undefined),
          ...(limit === undefined ? {} : { limit }),
          ...(offset === undefined ? {} : { offset }),
          ...(orderColumn === undefined
            ? {}
            : { order: { column: orderColumn, descending: order?.type === 'DESCENDING' } }),
        };
      }
      default:
        return undefined;
    }
  }
}

function plainReferences(expressions: readonly PlanExpression[]): readonly number[] | undefined {
  const positions: number[] = [];
  for (const expression of expressions) {
    if (expression.type !== 'BOUND_REF' || expression.index === undefined) return undefined;
    positions.push(expression.index);
  }
  return positions;
}

function constantLimit(limit: PlanNode['limit_val']): number | undefined | 'other' {
  if (limit === undefined || limit.type === 'UNSET') return undefined;
  return limit.type === 'CONSTANT_VALUE' && typeof limit.constant_integer === 'number'
    ? limit.constant_integer
    : 'other';
}
