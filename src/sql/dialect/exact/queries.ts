import type { Node, SelectStmt } from 'libpg-query';
import { getStringValues, isStar, mapInside, mapNodes } from '../../parse/tree.ts';
import { call } from '../build.ts';
import type { ExpressionTypes } from '../types.ts';
import { trimmed, wrapQuery } from './comparisons.ts';
import { isFloat, isInteger, getNumberKey, toNumber } from './convert.ts';
import { rewriteExpression } from './expressions.ts';
import { type ExactLane, isStoredNumber } from './lane.ts';

type Types = Pick<ExpressionTypes, 'typeOf' | 'columnTypeOf' | 'outputOf'>;

/** A query in which all numbers of type numeric are NUM, and the types of its expressions for the rewrites that follow. */
export function toExactLane<T extends Types>(
  select: SelectStmt,
  types: T,
  position: (location: number) => number,
): { readonly select: SelectStmt; readonly types: T } {
  const origins = new Map<Node, Node>();
  const made = new Map<Node, string>();
  const grouped: Set<string>[] = [];
  const isGrouped = (node: Node): boolean => {
    const here = grouped.at(-1);
    return here !== undefined && here.size > 0 && here.has(fingerprint(node));
  };
  const lane: ExactLane = {
    ...types,
    position,
    typed(node, type) {
      made.set(node, type);
      return node;
    },
    rewrite(node) {
      if ('SelectStmt' in node) return { SelectStmt: lane.query(node.SelectStmt) };
      if ('SortBy' in node) return sortBy(node, isGrouped, lane);
      const rewritten = rewriteExpression(node, lane);
      const changed =
        rewritten !== node && types.typeOf(node) === 'numeric' && isGrouped(node)
          ? call('num_trim', [rewritten])
          : rewritten;
      if (changed !== node && !made.has(changed)) origins.set(changed, node);
      return changed;
    },
    window: (window) => mapNodes(window, lane.rewrite),
    query(query, expected) {
      grouped.push(groupedNumbers(query, lane));
      try {
        return rewriteQuery(query, expected, lane);
      } finally {
        grouped.pop();
      }
    },
  };
  const rewritten = lane.query(select);
  return {
    select: rewritten,
    types: {
      ...types,
      typeOf: (node) => made.get(node) ?? types.typeOf(origins.get(node) ?? node),
      columnTypeOf: (node) => types.columnTypeOf(origins.get(node) ?? node),
    },
  };
}

/** Computed values are ordered by their keys alone: zeros at their ends would break ties. */
function sortBy(
  node: Extract<Node, { SortBy: unknown }>,
  isGrouped: (value: Node) => boolean,
  lane: ExactLane,
): Node {
  const { node: value } = node.SortBy;
  const isComputed =
    value !== undefined &&
    !('ColumnRef' in value) &&
    !('A_Const' in value) &&
    lane.typeOf(value) === 'numeric';
  if (!isComputed || isGrouped(value)) return mapInside(node, lane.rewrite);
  return { SortBy: { ...node.SortBy, node: getNumberKey(lane.rewrite(value)) } };
}

function rewriteQuery(
  select: SelectStmt,
  expected: readonly (string | undefined)[] | undefined,
  lane: ExactLane,
): SelectStmt {
  const { withClause, larg, rarg, valuesLists, targetList, ...rest } = select;
  const tail: SelectStmt = mapNodes(rest, lane.rewrite);
  const common: SelectStmt =
    withClause === undefined ? {} : { withClause: mapNodes(withClause, lane.rewrite) };
  if (larg !== undefined && rarg !== undefined) {
    const outputs = expected ?? lane.outputOf(select).map(({ type }) => type);
    const [left, right] = [larg, rarg].map((arm) => rewriteArm(arm, outputs, select.all === true, lane));
    return { ...tail, ...common, ...(left && { larg: left }), ...(right && { rarg: right }) };
  }
  if (valuesLists !== undefined) {
    const outputs = expected ?? lane.outputOf(select).map(({ type }) => type);
    const rows = valuesLists.map((row): Node =>
      'List' in row
        ? { List: { items: (row.List.items ?? []).map((item, i) => toOutput(item, outputs[i], lane)) } }
        : row,
    );
    return { ...tail, ...common, valuesLists: rows };
  }
  const targets = targetList?.map((target, i): Node => {
    if (!('ResTarget' in target) || target.ResTarget.val === undefined || isStar(target.ResTarget.val))
      return target;
    const { val } = target.ResTarget;
    const output = toOutput(val, expected?.[i], lane);
    const isTrimmed = lane.typeOf(val) === 'numeric' && isGroupedTarget(select, target.ResTarget.name, i);
    const value = isTrimmed ? trimmed(output, val, lane) : output;
    // A column keeps its name, whatever is called with it.
    const name =
      target.ResTarget.name ??
      ('ColumnRef' in val ? getStringValues(val.ColumnRef.fields).at(-1) : undefined);
    return { ResTarget: { ...target.ResTarget, ...(name !== undefined && { name }), val: value } };
  });
  return { ...tail, ...common, ...(targets && { targetList: targets }) };
}

/** The value of a column: literals of type numeric become numbers of any digits, as its other rows may be. */
function toOutput(value: Node, expected: string | undefined, lane: ExactLane): Node {
  return lane.typeOf(value) === 'numeric' || expected === 'numeric'
    ? toNumber(value, lane)
    : lane.rewrite(value);
}

/** One side of a UNION, with the types of the whole. Where equal rows are one, equal numbers must be equal structs. */
function rewriteArm(
  arm: SelectStmt,
  outputs: readonly (string | undefined)[],
  keepsAll: boolean,
  lane: ExactLane,
): SelectStmt {
  const own = lane.outputOf(arm);
  const hasStar = (arm.targetList ?? []).some((each) => 'ResTarget' in each && isStar(each.ResTarget.val));
  const query = lane.query(arm, hasStar ? undefined : outputs);
  const isConverted = (i: number): boolean => !hasStar || own[i]?.type === 'numeric';
  const isDone = outputs.every((type, i) =>
    type === 'numeric' ? keepsAll && isConverted(i) : !isFloat(type) || own[i]?.type !== 'numeric',
  );
  if (isDone || own.length !== outputs.length) return query;
  return wrapQuery(
    query,
    own.map(({ name, type }, i) => ({
      name,
      convert: (value) => {
        if (isFloat(outputs[i]) && type === 'numeric') return call('num_double', [value]);
        if (outputs[i] !== 'numeric') return value;
        const number = isConverted(i) ? value : call(isInteger(type) ? 'num_of' : 'num_any', [value]);
        return keepsAll ? number : call('num_trim', [number]);
      },
    })),
  );
}

/** Whether GROUP BY names a column of the SELECT list by its position or its name. */
function isGroupedTarget({ groupClause }: SelectStmt, targetName: string | undefined, at: number): boolean {
  return (groupClause ?? []).some((node) => {
    if ('A_Const' in node) return node.A_Const.ival?.ival === at + 1;
    if (!('ColumnRef' in node)) return false;
    const fields = getStringValues(node.ColumnRef.fields);
    return fields.length === 1 && fields[0] === targetName;
  });
}

/** The computed numbers that a query groups by, or returns once: equal ones must be equal structs wherever they stand. */
function groupedNumbers(
  { groupClause, distinctClause, targetList }: SelectStmt,
  lane: ExactLane,
): Set<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if ('GroupingSet' in node) for (const each of node.GroupingSet.content ?? []) visit(each);
    else if ('RowExpr' in node) for (const each of node.RowExpr.args ?? []) visit(each);
    else if ('ResTarget' in node && node.ResTarget.val !== undefined) visit(node.ResTarget.val);
    else if (lane.typeOf(node) === 'numeric' && !isStoredNumber(node, lane) && !('A_Const' in node))
      found.add(fingerprint(node));
  };
  for (const node of groupClause ?? []) visit(node);
  if (distinctClause !== undefined) for (const node of targetList ?? []) visit(node);
  return found;
}

/** The same for the same expression, wherever it stands in the statement. */
function fingerprint(node: Node): string {
  return JSON.stringify(node, (key, value: unknown) =>
    // A column may be qualified or not.
    key === 'location' ? undefined : key === 'fields' && Array.isArray(value) ? value.slice(-1) : value,
  );
}
