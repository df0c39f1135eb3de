import type { MergeWhenClause, Node } from 'libpg-query';
import { AGGREGATES } from '../bind/recursive-queries.ts';
import { DriverError, type ErrorCode } from '../../core/errors.ts';
import { SET_RETURNING } from '../dialect/set-returning.ts';
import type { ParsedCommand, ParsedText } from '../parse/parse.ts';
import { getStringValues, mapInside, mapNodes } from '../parse/tree.ts';

/** Expressions of a statement that are computed for each row, and PostgreSQL's name of where they are. */
type Clause = readonly [name: string, expressions: unknown];

/** Throws where a statement has a function over several rows in a clause that is computed for each row. */
export function checkClauses({ node, ...parsed }: ParsedCommand): void {
  for (const [name, expressions] of listClauses(node)) checkFunctions(name, expressions, parsed);
}

function listClauses(node: ParsedCommand['node']): readonly Clause[] {
  if ('InsertStmt' in node) {
    const { selectStmt: rows, onConflictClause, returningClause } = node.InsertStmt;
    const values = rows !== undefined && 'SelectStmt' in rows ? rows.SelectStmt.valuesLists : undefined;
    return [
      ['VALUES', values],
      ['UPDATE', onConflictClause?.targetList],
      ['WHERE', onConflictClause?.whereClause],
      ['RETURNING', returningClause?.exprs],
    ];
  }
  if ('UpdateStmt' in node) {
    const { targetList, whereClause, returningClause } = node.UpdateStmt;
    return [
      ['UPDATE', targetList],
      ['WHERE', whereClause],
      ['RETURNING', returningClause?.exprs],
    ];
  }
  if ('DeleteStmt' in node)
    return [
      ['WHERE', node.DeleteStmt.whereClause],
      ['RETURNING', node.DeleteStmt.returningClause?.exprs],
    ];
  if (!('MergeStmt' in node)) return [];
  const { joinCondition, mergeWhenClauses = [], returningClause } = node.MergeStmt;
  return [
    ['JOIN conditions', joinCondition],
    ...mergeWhenClauses.flatMap((each) => ('MergeWhenClause' in each ? listWhen(each.MergeWhenClause) : [])),
    ['RETURNING', returningClause?.exprs],
  ];
}

function listWhen({ condition, targetList, values }: MergeWhenClause): readonly Clause[] {
  return [
    ['MERGE WHEN conditions', condition],
    ['UPDATE', targetList],
    ['VALUES', values],
  ];
}

function checkFunctions(
  clause: string,
  expressions: unknown,
  { position }: Pick<ParsedText, 'position'>,
): void {
  const refuse = (code: ErrorCode, kind: string, location = 0): DriverError =>
    new DriverError(code, `${kind} functions are not allowed in ${clause}`, { position: position(location) });
  const check = (node: Node): Node => {
    // The functions of a subquery are over its own rows.
    if ('SubLink' in node) return node;
    if ('FuncCall' in node) {
      const { funcname, over, location } = node.FuncCall;
      const name = getStringValues(funcname).at(-1) ?? '';
      if (over !== undefined) throw refuse('SQL_WINDOWING', 'window', location);
      if (AGGREGATES.has(name)) throw refuse('SQL_GROUPING', 'aggregate', location);
      if (clause !== 'VALUES' && SET_RETURNING.has(name))
        throw refuse('SQL_NOT_SUPPORTED', 'set-returning', location);
    }
    return mapInside(node, check);
  };
  mapNodes(expressions, check);
}
