import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { call, column, name } from '../dialect/build.ts';

/** A SET list whose `(a, b) = (SELECT …)` refer to columns of subqueries that are joined to the table. */
export interface MultiAssignments {
  readonly targetList: readonly Node[];
  /** The subqueries; empty: the SET list has none. */
  readonly subqueries: readonly JoinedSubquery[];
}

export interface JoinedSubquery {
  /** `LATERAL (SELECT …) AS alias (c0, c1, …, row)`. */
  readonly item: Node;
  /** The number of its row, which must be 1 or NULL. */
  readonly row: Node;
}

/** Replaces the subqueries of multiple-column assignments by references to their columns; they are numbered from `first`. */
export function joinMultiAssignments(targetList: readonly Node[], first = 0): MultiAssignments {
  const subqueries: JoinedSubquery[] = [];
  const targets = targetList.map((target): Node => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (!('ResTarget' in target) || value === undefined || !('MultiAssignRef' in value)) return target;
    const { source, colno = 1, ncolumns = 1 } = value.MultiAssignRef;
    if (source === undefined || !('SubLink' in source)) return target;
    if (colno === 1) subqueries.push(toJoinedSubquery(source, first + subqueries.length, ncolumns));
    const val = column(subqueryAlias(first + subqueries.length - 1), columnName(colno - 1));
    return { ResTarget: { ...target.ResTarget, val } };
  });
  return { targetList: targets, subqueries };
}

/** The items of FROM with the subqueries joined to them, so that one without a row gives NULLs. */
export function joinSubqueries(
  from: readonly Node[],
  subqueries: readonly JoinedSubquery[],
): readonly Node[] {
  const [first, ...others] = from;
  if (first === undefined || subqueries.length === 0) return from;
  const crossed = others.reduce<Node>((left, right) => join('JOIN_INNER', left, right), first);
  return [subqueries.reduce<Node>((left, { item }) => join('JOIN_LEFT', left, item), crossed)];
}

function join(jointype: 'JOIN_INNER' | 'JOIN_LEFT', larg: Node, rarg: Node): Node {
  return { JoinExpr: { jointype, larg, rarg, quals: { A_Const: { boolval: { boolval: true } } } } };
}

/** The error of a subquery that returns several rows for one item. */
export function severalRowsError(): DriverError {
  return new DriverError('SQL_CARDINALITY', 'more than one row returned by a subquery used as an expression');
}

const ROW = 'row';

function toJoinedSubquery(source: Node, index: number, columns: number): JoinedSubquery {
  const subselect = 'SubLink' in source ? source.SubLink.subselect : undefined;
  const listed =
    subselect !== undefined && 'SelectStmt' in subselect ? subselect.SelectStmt.targetList : undefined;
  const hasStar = JSON.stringify(listed ?? []).includes('"A_Star"');
  if (subselect === undefined || (listed !== undefined && !hasStar && listed.length !== columns))
    throw new DriverError('SQL_SYNTAX', 'number of columns does not match number of values');
  const names = Array.from({ length: columns }, (_, i) => columnName(i));
  const rowNumber: Node = {
    FuncCall: { ...buildCall('row_number'), over: { frameOptions: 1058 } },
  };
  return {
    item: {
      RangeSubselect: {
        lateral: true,
        subquery: {
          SelectStmt: {
            targetList: [
              ...names.map((each): Node => ({ ResTarget: { val: column('s', each) } })),
              { ResTarget: { name: ROW, val: rowNumber } },
            ],
            fromClause: [
              {
                RangeSubselect: {
                  subquery: subselect,
                  alias: { aliasname: 's', colnames: names.map(name) },
                },
              },
            ],
            limitOption: 'LIMIT_OPTION_DEFAULT',
            op: 'SETOP_NONE',
          },
        },
        alias: { aliasname: subqueryAlias(index), colnames: [...names, ROW].map(name) },
      },
    },
    row: column(subqueryAlias(index), ROW),
  };
}

function buildCall(functionName: string) {
  const node = call(functionName, []);
  return 'FuncCall' in node ? node.FuncCall : {};
}

function subqueryAlias(index: number): string {
  return `$set ${index}`;
}

function columnName(index: number): string {
  return `c${index}`;
}
