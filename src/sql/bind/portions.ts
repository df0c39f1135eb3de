import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import { binary, call, column, number } from '../dialect/build.ts';
import { isStar, mapInside, mapNodes, getStringValue, getStringValues, visitNodes } from '../parse/tree.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import type { Relation } from './relation.ts';

/**
 * A relation grouped by its columns, with min() or max() of a text column. DuckDB keeps those texts in memory for all
 * groups at once, even when it spills the rest of the aggregation.
 */
export interface TextGroups {
  /** The alias of the relation. */
  readonly alias: string;
  /** The engine's names of the grouping columns. */
  readonly keys: readonly string[];
  /** The engine's names of the text columns, once per aggregate. */
  readonly texts: readonly string[];
}

/** The number of portions by the alias of the relation. */
export type Portions = ReadonlyMap<string, number>;

/** Finds the groupings of a query that can be computed in portions. */
export function findTextGroups(select: SelectStmt, relations: readonly Relation[]): readonly TextGroups[] {
  const found: TextGroups[] = [];
  visitQueries(select, (query) => {
    const groups = toTextGroups(query, relations);
    if (groups !== undefined) found.push(groups);
    return undefined;
  });
  return found;
}

/** Rewrites a grouping as a UNION ALL of portions, each with the groups whose keys have the same hash. */
export function splitIntoPortions(
  select: SelectStmt,
  relations: readonly Relation[],
  portions: Portions,
): SelectStmt {
  return visitQueries(select, (query) => {
    const groups = toTextGroups(query, relations);
    const count = groups && portions.get(groups.alias);
    return count === undefined ? undefined : toUnion(query, groups?.keys ?? [], count);
  });
}

/** Visits the query and the subqueries of FROM and WITH that run once per statement. */
function visitQueries(select: SelectStmt, change: (query: SelectStmt) => SelectStmt | undefined): SelectStmt {
  const visit = (node: Node): Node => {
    if ('SubLink' in node || ('RangeSubselect' in node && node.RangeSubselect.lateral === true)) return node;
    if ('SelectStmt' in node) {
      if (node.SelectStmt.withClause?.recursive === true) return node;
      const changed = change(node.SelectStmt);
      if (changed !== undefined) return { SelectStmt: changed };
    }
    return mapInside(node, visit);
  };
  const [visited] = mapNodes<readonly Node[]>([{ SelectStmt: select }], visit);
  return visited !== undefined && 'SelectStmt' in visited ? visited.SelectStmt : select;
}

function toTextGroups(query: SelectStmt, relations: readonly Relation[]): TextGroups | undefined {
  const { withClause, distinctClause, groupClause = [], targetList = [], fromClause = [] } = query;
  const [from, ...others] = fromClause;
  if (withClause !== undefined || distinctClause !== undefined || others.length > 0) return undefined;
  if (from === undefined || !('RangeVar' in from) || from.RangeVar.schemaname !== STUB_SCHEMA)
    return undefined;
  // Column aliases in FROM would hide the engine's names.
  if ((from.RangeVar.alias?.colnames ?? []).length > 0) return undefined;
  const relation = relations.find(({ alias }) => alias === from.RangeVar.relname);
  if (relation === undefined || groupClause.length === 0 || !isRepeatable(query) || !isSortable(query))
    return undefined;
  const source = from.RangeVar.alias?.aliasname ?? relation.alias;
  const toColumnName = (node: Node | undefined): string | undefined => findOwnColumn(node, source, relation);
  const keys = groupClause.map((key) => toColumnName(resolveTargetPosition(key, targetList) ?? key));
  if (!keys.every((key) => key !== undefined)) return undefined;
  const kinds = new Map(relation.columns.map((each) => [each.engineName, each.column.type.kind]));
  const texts: string[] = [];
  visitNodes([targetList, query.havingClause, query.sortClause], (node) => {
    const text =
      'FuncCall' in node && isMinOrMax(node.FuncCall) ? toColumnName(node.FuncCall.args?.[0]) : undefined;
    const kind = kinds.get(text ?? '');
    if (text !== undefined && (kind === 'text' || kind === 'json')) texts.push(text);
  });
  return texts.length === 0 ? undefined : { alias: relation.alias, keys, texts };
}

function isMinOrMax({ funcname, args }: FuncCall): boolean {
  const called = getStringValue(funcname?.at(-1));
  return args?.length === 1 && (called === 'min' || called === 'max');
}

/**
 * Whether the query can run once per portion: subqueries would run as often, and windows would see one portion only.
 */
function isRepeatable(query: SelectStmt): boolean {
  let repeatable = true;
  visitNodes(query, (node) => {
    const isWindow = 'FuncCall' in node && node.FuncCall.over !== undefined;
    if (isWindow || 'SubLink' in node || 'GroupingSet' in node || 'GroupingFunc' in node) repeatable = false;
  });
  return repeatable;
}

/** Whether it is ordered by result columns only, as a union must be. */
function isSortable({ sortClause = [], targetList = [] }: SelectStmt): boolean {
  const outputs = targetList.map((node) => {
    if (!('ResTarget' in node)) return undefined;
    const { name, val } = node.ResTarget;
    return (
      name ??
      (val !== undefined && 'ColumnRef' in val ? getStringValues(val.ColumnRef.fields).at(-1) : undefined)
    );
  });
  return sortClause.every((item) => {
    const key = 'SortBy' in item ? item.SortBy.node : undefined;
    if (resolveTargetPosition(key, targetList) !== undefined) return true;
    const [name, ...more] =
      key !== undefined && 'ColumnRef' in key ? getStringValues(key.ColumnRef.fields) : [];
    return name !== undefined && more.length === 0 && outputs.filter((each) => each === name).length === 1;
  });
}

/** Resolves a position in GROUP BY or ORDER BY; undefined after a star, which expands to several columns. */
function resolveTargetPosition(key: Node | undefined, targetList: readonly Node[]): Node | undefined {
  const position = key !== undefined && 'A_Const' in key ? key.A_Const.ival?.ival : undefined;
  if (position === undefined) return undefined;
  const values = targetList
    .slice(0, position)
    .map((target) => ('ResTarget' in target ? target.ResTarget.val : undefined));
  return values.some(isStar) ? undefined : values[position - 1];
}

function findOwnColumn(node: Node | undefined, source: string, { columns }: Relation): string | undefined {
  if (node === undefined || !('ColumnRef' in node)) return undefined;
  const fields = getStringValues(node.ColumnRef.fields);
  const name =
    fields.length === 1 || (fields.length === 2 && fields[0] === source) ? fields.at(-1) : undefined;
  return columns.some(({ engineName }) => engineName === name) ? name : undefined;
}

function toUnion(query: SelectStmt, keys: readonly string[], count: number): SelectStmt {
  const { sortClause, limitCount, limitOffset, limitOption, whereClause, ...rest } = query;
  const hash = call(
    'hash',
    keys.map((key) => column(key)),
  );
  const portions = Array.from({ length: count }, (_, portion): SelectStmt => {
    const isOwn = binary('=', binary('%', hash, number(String(count))), number(String(portion)));
    const args = whereClause === undefined ? [isOwn] : [whereClause, isOwn];
    return { ...rest, whereClause: { BoolExpr: { boolop: 'AND_EXPR', args } } };
  });
  const union = portions.reduce((larg, rarg): SelectStmt => ({ op: 'SETOP_UNION', all: true, larg, rarg }));
  return {
    ...union,
    ...(sortClause === undefined ? {} : { sortClause }),
    ...(limitCount === undefined ? {} : { limitCount }),
    ...(limitOffset === undefined ? {} : { limitOffset }),
    ...(limitOption === undefined ? {} : { limitOption }),
  };
}
