import type { ColumnDef } from '../../catalog/table-def.ts';
import { toConditions, toFilterConditions } from './conditions.ts';
import { withoutDefaultEnds } from './range-ends.ts';
import { elementConditions } from './element-conditions.ts';
import { findJoinEdges, type JoinEdge, type StubColumn } from './join-edges.ts';
import type { PlanExpression, PlanFilter, PlanNode } from './plan-json.ts';
import { referencedPosition, rowChain, type RowChain, type FindScan } from './row-chain.ts';
import { substitute } from './substitute.ts';
import type { Condition, OrderTerm } from './table-read.ts';

/** The optimised plan's conditions and columns for one stub. */
export interface ScanFacts {
  readonly conditions: readonly Condition[];
  /** The columns that the statement needs of this scan. */
  readonly columns: readonly ColumnDef[];
  readonly cut?: Cut;
}

/** Only the first rows of a scan matter, in some order. */
export interface Cut {
  readonly rows: number;
  readonly order: readonly OrderTerm[];
  /** Whether conditions above the scan drop further rows. */
  readonly filteredAbove: boolean;
}

/**
 * A statement of one scan with plain columns and optionally a limit and an order: rows can be streamed as they arrive.
 */
export interface DirectShape {
  readonly alias: string;
  /** The output columns, as columns of the table. */
  readonly output: readonly ColumnDef[];
  readonly limit?: number;
  readonly offset?: number;
  readonly order: readonly OrderTerm[];
  /** The result is one row of counts, or of columns of the first item (NULL without items). */
  readonly summaries?: readonly Summary[];
}

export type Summary =
  /** Counts all items, or those in which the column is not NULL. */
  | { readonly kind: 'count'; readonly of?: ColumnDef }
  | { readonly kind: 'first'; readonly column: ColumnDef; readonly descending: boolean };

/** The statement needs only the first rows of its one scan: until it has returned that many rows, or its value. */
export interface PrefixShape {
  readonly alias: string;
  readonly cut: Cut;
  readonly until: number | 'value';
}

export interface PlanFacts {
  /** By stub. A stub that the optimiser removed is missing: its rows cannot matter. */
  readonly scans: ReadonlyMap<string, ScanFacts>;
  readonly direct: DirectShape | undefined;
  readonly prefix: PrefixShape | undefined;
  readonly edges: readonly JoinEdge[];
}

/** The columns of a stub in the order of its definition; undefined for other tables. */
export type StubColumns = (stub: string) => readonly ColumnDef[] | undefined;

/** Extracts from the plan which conditions reach which scan, and whether the statement can run without the engine. */
export function readPlan(plans: readonly PlanNode[], stubs: StubColumns): PlanFacts {
  const scans = new Map<string, ScanFacts>();
  const copied = new Set<string>();
  const cuts = new Map<string, Cut>();
  const findScan: FindScan = (get) => {
    const alias = get.function_data?.table;
    const columns = scanColumns(get, stubs);
    return alias === undefined || columns === undefined
      ? undefined
      : { alias, columns: columns.map((found) => found?.column) };
  };
  const visit = (node: PlanNode, above: Above): void => {
    if (node.type === 'LOGICAL_GET') {
      const found = toScanFacts(node, above, stubs);
      // A copied correlated subquery scans a stub twice: only a read without conditions covers both.
      if (found === undefined) return;
      const before = scans.get(found.alias);
      if (before) copied.add(found.alias);
      scans.set(found.alias, before ? withoutConditions(found.facts, before) : found.facts);
      return;
    }
    if (node.type === 'LOGICAL_LIMIT') {
      const chain = rowChain(node, findScan, true);
      const cut = chain && toCut(chain);
      if (chain && cut) cuts.set(chain.alias, cut);
    }
    for (const child of node.children ?? []) visit(child, below(node, above));
  };
  for (const plan of plans) visit(plan, NOTHING_ABOVE);
  const [only] = plans;
  const edges = findJoinEdges(plans, (get) => scanColumns(get, stubs));
  const whole = plans.length === 1 ? only : undefined;
  for (const [alias, cut] of cuts) {
    const facts = scans.get(alias);
    if (facts && !copied.has(alias)) scans.set(alias, { ...facts, cut });
  }
  return {
    scans,
    direct: whole && (summaryShape(whole, findScan) ?? directShape(whole, findScan)),
    prefix: whole && prefixShape(whole, findScan),
    edges: edges.filter(({ restricted }) => !copied.has(restricted.alias)),
  };
}

/** The conditions that the rows of a node must meet. */
interface Above {
  /** The conditions of its parent, if that is a filter. */
  readonly own: readonly PlanExpression[];
  /** The conditions of all filters above it that are separated by projections only. */
  readonly all: readonly PlanExpression[];
  /** The UNNEST above it, with the conditions on its rows (one per element of a list). */
  readonly unnest?: { readonly node: PlanNode; readonly all: readonly PlanExpression[] };
}

const NOTHING_ABOVE: Above = { own: [], all: [] };

/** The conditions that the rows of the only child of a node must meet. */
function below(node: PlanNode, { all }: Above): Above {
  const through = (positions: readonly PlanExpression[] | undefined): readonly PlanExpression[] =>
    all.flatMap((each) => substitute(each, (index) => positions?.[index]) ?? []);
  switch (node.type) {
    case 'LOGICAL_FILTER': {
      const own = node.expressions ?? [];
      const map = node.projection_map ?? [];
      return { own, all: [...own, ...(map.length === 0 ? all : through(map.map(referenceTo)))] };
    }
    case 'LOGICAL_PROJECTION':
      return { own: [], all: through(node.expressions) };
    case 'LOGICAL_UNNEST':
      return { own: [], all: [], unnest: { node, all } };
    default:
      return NOTHING_ABOVE;
  }
}

function referenceTo(index: number): PlanExpression {
  return { expression_class: 'BOUND_REF', type: 'BOUND_REF', index };
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

/** Matches a SELECT of only counts, or of only `min(column)` and `max(column)`, over one scan. */
function summaryShape(root: PlanNode, findScan: FindScan): DirectShape | undefined {
  const aggregates = findAggregates(root, findScan);
  if (aggregates === undefined) return undefined;
  const { chain, expressions } = aggregates;
  const found = expressions.map((expression) => toSummary(expression, chain));
  const summaries = found.filter((summary) => summary !== undefined);
  const [first] = summaries;
  if (first === undefined || chain.filteredAbove || summaries.length < found.length) return undefined;
  if (!summaries.every(({ kind }) => kind === first.kind)) return undefined;
  const output = summaries.flatMap((summary) => (summary.kind === 'first' ? [summary.column] : []));
  return { alias: chain.alias, output, order: [], summaries };
}

/** Finds the aggregates of a statement whose columns are all aggregates over an unsorted, unlimited chain. */
function findAggregates(
  root: PlanNode,
  findScan: FindScan,
): { readonly chain: RowChain; readonly expressions: readonly PlanExpression[] } | undefined {
  const aggregate = root.children?.[0];
  if (root.type !== 'LOGICAL_PROJECTION' || aggregate?.type !== 'LOGICAL_AGGREGATE_AND_GROUP_BY')
    return undefined;
  const below = aggregate.children?.[0];
  const chain = below && rowChain(below, findScan);
  if (chain === undefined || (aggregate.groups ?? []).length > 0) return undefined;
  if (chain.limit !== undefined || chain.offset !== undefined || chain.order.length > 0) return undefined;
  const output = (root.expressions ?? []).map(
    (expression) => aggregate.expressions?.[referencedPosition(expression)],
  );
  const expressions = output.filter((expression) => expression !== undefined);
  return expressions.length < output.length ? undefined : { chain, expressions };
}

function toSummary(expression: PlanExpression, chain: RowChain): Summary | undefined {
  if (expression.filter !== undefined || expression.aggregate_type === 'DISTINCT') return undefined;
  const [argument, ...others] = expression.children ?? [];
  if (expression.name === 'count_star') return { kind: 'count' };
  if (argument === undefined || others.length > 0) return undefined;
  const column = chain.output[referencedPosition(argument)];
  const { name } = expression;
  if (name === 'min' || name === 'max')
    return column && { kind: 'first', column, descending: name === 'max' };
  if (name !== 'count') return undefined;
  if (argument.value !== undefined) return argument.value.is_null === true ? undefined : { kind: 'count' };
  return column && { kind: 'count', of: column };
}

function toCut({ limit, offset = 0, order, filteredAbove }: RowChain): Cut | undefined {
  return limit === undefined ? undefined : { rows: limit + offset, order, filteredAbove };
}

/** Matches a limit over one scan, or a single `min` or `max`, which is the first value in its order. */
function prefixShape(root: PlanNode, findScan: FindScan): PrefixShape | undefined {
  const chain = rowChain(root, findScan);
  const cut = chain && toCut(chain);
  if (chain?.limit !== undefined && cut) return { alias: chain.alias, cut, until: chain.limit };
  const aggregates = findAggregates(root, findScan);
  const [only, ...others] = aggregates?.expressions ?? [];
  const summary = aggregates && only && others.length === 0 ? toSummary(only, aggregates.chain) : undefined;
  if (aggregates === undefined || summary?.kind !== 'first') return undefined;
  const { column, descending } = summary;
  const { alias, filteredAbove } = aggregates.chain;
  return { alias, cut: { rows: 1, order: [{ column, descending }], filteredAbove }, until: 'value' };
}

function toScanFacts(
  get: PlanNode,
  { own, unnest }: Above,
  stubs: StubColumns,
): { alias: string; facts: ScanFacts } | undefined {
  const alias = get.function_data?.table;
  const columns = alias === undefined ? undefined : stubs(alias);
  if (alias === undefined || columns === undefined) return undefined;
  const read = readColumns(get, columns);
  const visible = visibleColumns(get, read);
  const lookup = (index: number): ColumnDef | undefined => visible[index];
  const all = [
    ...(get.table_filters?.filters ?? []).flatMap(({ key, value }) => filterConditions(value, columns[key])),
    ...own.flatMap((expression) => toConditions(expression, lookup)),
    ...(unnest ? elementConditions(unnest.node, visible.length, unnest.all, lookup) : []),
  ];
  const conditions = withoutDefaultEnds(all, columns);
  const needed = new Set(read.filter((column) => column !== undefined));
  return { alias, facts: { conditions, columns: columns.filter((column) => needed.has(column)) } };
}

function filterConditions(filter: PlanFilter, column: ColumnDef | undefined): Condition[] {
  return column === undefined
    ? [{ text: filter.filter_type, predicate: undefined, exact: false }]
    : toFilterConditions(filter, column);
}

/** The columns that the scan reads, including those of its filters; undefined for DuckDB's row numbers. */
function readColumns(get: PlanNode, columns: readonly ColumnDef[]): readonly (ColumnDef | undefined)[] {
  return (get.column_indexes ?? []).map(({ index }) =>
    typeof index === 'number' ? columns[index] : undefined,
  );
}

/** The output columns of the scan, in the order of the references above it. */
function visibleColumns(
  get: PlanNode,
  read: readonly (ColumnDef | undefined)[],
): readonly (ColumnDef | undefined)[] {
  const ids = get.projection_ids ?? [];
  return ids.length === 0 ? read : ids.map((id) => read[id]);
}

function directShape(root: PlanNode, findScan: FindScan): DirectShape | undefined {
  const chain = rowChain(root, findScan);
  if (chain === undefined || chain.filteredAbove) return undefined;
  const { alias, order, limit, offset } = chain;
  const output = chain.output.filter((column) => column !== undefined);
  if (output.length < chain.output.length) return undefined;
  return {
    alias,
    output,
    order,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
}
