import type { Node, SelectStmt, WithClause } from 'libpg-query';
import { keyNames, type TableDef } from '../../catalog/table-def.ts';
import { foldCase } from '../bind/suggestions.ts';
import { column, matchCall } from '../dialect/build.ts';
import { getStringValue, getStringValues } from '../parse/tree.ts';
import { listCtes } from '../parse/writing-ctes.ts';

/** Above this, a scan is likely to be cheaper than reads by key. */
const MAX_VALUES = 1000;

/** The table of a statement, and the relations that it is joined to. */
export interface KeyJoin {
  readonly table: TableDef;
  readonly alias: string;
  readonly from: readonly Node[];
  readonly withClause: WithClause | undefined;
}

/**
 * The condition of a join, which also names the keys where they are compared with constants of the other relation, so that
 * the table is read by key: `t.id = v.id` with `(VALUES (1), (2)) AS v(id)` implies `t.id IN (1, 2)`.
 */
export function withConstantKeys(condition: Node | undefined, join: KeyJoin): Node | undefined {
  if (condition === undefined) return undefined;
  const keys = listConjuncts(condition).flatMap((each) => toKeyCondition(each, join) ?? []);
  return keys.length === 0 ? condition : { BoolExpr: { boolop: 'AND_EXPR', args: [condition, ...keys] } };
}

function listConjuncts(node: Node): readonly Node[] {
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR'
    ? (node.BoolExpr.args ?? []).flatMap(listConjuncts)
    : [node];
}

function toKeyCondition(node: Node, join: KeyJoin): Node | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { name, lexpr, rexpr } = node.A_Expr;
  if (getStringValue(name?.at(-1)) !== '=') return undefined;
  for (const [own, other] of [
    [lexpr, rexpr],
    [rexpr, lexpr],
  ]) {
    const key = own && findKey(own, join);
    const values = other && findValues(other, join);
    if (key === undefined || values === undefined) continue;
    const left = column(join.alias, key);
    return 'array' in values
      ? {
          A_Expr: {
            kind: 'AEXPR_OP_ANY',
            name: [{ String: { sval: '=' } }],
            lexpr: left,
            rexpr: values.array,
          },
        }
      : {
          A_Expr: {
            kind: 'AEXPR_IN',
            name: [{ String: { sval: '=' } }],
            lexpr: left,
            rexpr: { List: { items: [...values.items] } },
          },
        };
  }
  return undefined;
}

/** The key column of the table that an expression is. */
function findKey(node: Node, { table, alias }: KeyJoin): string | undefined {
  const fields = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
  const name = fields.at(-1) ?? '';
  if (fields.length === 2 ? fields[0] !== alias : fields.length !== 1) return undefined;
  return keyNames(table.key).find((each) => foldCase(each) === foldCase(name));
}

/** The constants of a column of another relation. */
function findValues(
  node: Node,
  { alias, from, withClause }: KeyJoin,
): { readonly items: readonly Node[] } | { readonly array: Node } | undefined {
  const [relation, name, ...rest] = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
  if (name === undefined || rest.length > 0 || relation === alias) return undefined;
  for (const item of from) {
    const found = readRelation(item, withClause);
    if (found === undefined || found.alias !== relation) continue;
    if ('array' in found) return found.columns[0] === name ? { array: found.array } : undefined;
    const at = found.columns.indexOf(name);
    const values = found.rows.flatMap((row) => row[at] ?? []);
    const items = values.filter((value) => !('A_Const' in value && value.A_Const.isnull === true));
    const isConstant = at >= 0 && values.length === found.rows.length && items.every(isConstantNode);
    return isConstant && items.length > 0 && items.length <= MAX_VALUES ? { items } : undefined;
  }
  return undefined;
}

interface ConstantRelation {
  readonly alias: string | undefined;
  readonly columns: readonly string[];
}

function readRelation(
  item: Node,
  withClause: WithClause | undefined,
):
  | (ConstantRelation & ({ readonly rows: readonly (readonly Node[])[] } | { readonly array: Node }))
  | undefined {
  if ('RangeSubselect' in item) {
    const { subquery, alias } = item.RangeSubselect;
    const select = subquery !== undefined && 'SelectStmt' in subquery ? subquery.SelectStmt : undefined;
    return select && readRows(select, alias?.aliasname, getStringValues(alias?.colnames));
  }
  if ('RangeVar' in item && item.RangeVar.schemaname === undefined) {
    const { relname, alias } = item.RangeVar;
    const cte = listCtes(withClause).find(({ ctename }) => ctename === relname);
    const query =
      cte?.ctequery !== undefined && 'SelectStmt' in cte.ctequery ? cte.ctequery.SelectStmt : undefined;
    const names = getStringValues(alias?.colnames ?? cte?.aliascolnames);
    return query && readRows(query, alias?.aliasname ?? relname, names);
  }
  return 'RangeFunction' in item ? readUnnest(item) : undefined;
}

/** `VALUES …`, or a SELECT without FROM. */
function readRows(select: SelectStmt, alias: string | undefined, names: readonly string[]) {
  const {
    valuesLists,
    targetList,
    fromClause,
    whereClause,
    op,
    limitCount,
    limitOffset,
    groupClause,
    withClause,
  } = select;
  if (
    op !== 'SETOP_NONE' ||
    fromClause ||
    whereClause ||
    limitCount ||
    limitOffset ||
    groupClause ||
    withClause
  )
    return undefined;
  const rows = valuesLists?.map((list) => ('List' in list ? (list.List.items ?? []) : [])) ?? [
    (targetList ?? []).flatMap((target) => ('ResTarget' in target ? (target.ResTarget.val ?? []) : [])),
  ];
  const defaults =
    valuesLists === undefined
      ? (targetList ?? []).map((target) => ('ResTarget' in target ? (target.ResTarget.name ?? '') : ''))
      : (rows[0] ?? []).map((_, i) => `column${i + 1}`);
  return { alias, columns: defaults.map((each, i) => names[i] ?? each), rows };
}

/** `unnest(array) AS alias(column)` of a constant array. */
function readUnnest(item: Extract<Node, { RangeFunction: unknown }>) {
  const { functions = [], alias, ordinality } = item.RangeFunction;
  const [list, ...others] = functions;
  const called = list !== undefined && 'List' in list ? matchCall(list.List.items?.[0]) : undefined;
  const [array, ...more] = called?.args ?? [];
  if (
    called?.name !== 'unnest' ||
    array === undefined ||
    more.length > 0 ||
    others.length > 0 ||
    ordinality === true
  )
    return undefined;
  if (!isConstantNode(array)) return undefined;
  const name = alias?.aliasname;
  return { alias: name, columns: [getStringValues(alias?.colnames)[0] ?? name ?? ''], array };
}

function isConstantNode(node: Node): boolean {
  if ('A_Const' in node || 'ParamRef' in node) return true;
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isConstantNode(node.TypeCast.arg);
  return 'A_ArrayExpr' in node && (node.A_ArrayExpr.elements ?? []).every(isConstantNode);
}
