import type { ColumnDef } from '../../catalog/table-def.ts';
import { conditionsOfExpression, conditionsOfFilter } from './conditions.ts';
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
}

export interface PlanFacts {
  /** By stub. A stub that the optimiser removed is not here: its rows cannot matter. */
  readonly scans: ReadonlyMap<string, ScanFacts>;
  readonly direct: DirectShape | undefined;
}

/** The columns of a stub in the order of its definition; undefined for tables that are no stubs. */
export type StubColumns = (stub: string) => readonly ColumnDef[] | undefined;

/** Reads the plan: which conditions reach which scan, and whether the statement needs no engine at all. */
export function readPlan(plans: readonly PlanNode[], stubs: StubColumns): PlanFacts {
  const scans = new Map<string, ScanFacts>();
  const visit = (node: PlanNode, above: readonly PlanExpression[]): void => {
    if (node.type === 'LOGICAL_GET') {
      const found = factsOf(node, above, stubs);
      // Scanned twice (a correlated subquery that was copied): only what needs no condition is safe for both.
      if (found)
        scans.set(
          found.alias,
          scans.has(found.alias) ? withoutConditions(found.facts, scans.get(found.alias)) : found.facts,
        );
      return;
    }
    const own = node.type === 'LOGICAL_FILTER' ? (node.expressions ?? []) : [];
    for (const child of node.children ?? []) visit(child, own);
  };
  for (const plan of plans) visit(plan, []);
  const [only] = plans;
  return { scans, direct: plans.length === 1 && only ? directShape(only, stubs) : undefined };
}

function withoutConditions(one: ScanFacts, other: ScanFacts | undefined): ScanFacts {
  return { conditions: [], columns: [...new Set([...one.columns, ...(other?.columns ?? [])])] };
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
        if (
          output.some((column) => column === undefined) ||
          (order !== undefined && orderColumn === undefined)
        )
          return undefined;
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
