import type { CommonTableExpr, Node, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues, isNode } from '../parse/tree.ts';

/** Aggregates of PostgreSQL, which would never stop a recursion: they return a row for no rows, too. */
export const AGGREGATES: ReadonlySet<string> = new Set(
  (
    'count sum avg min max string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every bit_and bit_or ' +
    'stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp mode percentile_cont percentile_disc'
  ).split(' '),
);

/** Refuses what PostgreSQL refuses in a query of WITH RECURSIVE that refers to itself. */
export function assertRecursion(
  { ctename = '', ctequery, location = 0 }: CommonTableExpr,
  position: (location: number) => number,
): void {
  const query = ctequery !== undefined && 'SelectStmt' in ctequery ? ctequery.SelectStmt : undefined;
  if (query === undefined || !refersTo(query, ctename)) return;
  const refuse = (message: string, at = location): DriverError =>
    new DriverError('SQL_RECURSION', message, { position: position(at) });
  const { op, larg, rarg } = query;
  if (op !== 'SETOP_UNION' || larg === undefined || rarg === undefined)
    throw refuse(
      `recursive query "${ctename}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
    );
  if (refersTo(larg, ctename))
    throw refuse(`recursive reference to query "${ctename}" must not appear within its non-recursive term`);
  const clause = query.sortClause
    ? 'ORDER BY'
    : query.limitOffset
      ? 'OFFSET'
      : query.limitCount
        ? 'LIMIT'
        : undefined;
  if (clause !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `${clause} in a recursive query is not implemented`, {
      position: position(location),
      remedy: 'Put it into the query that reads the recursive one.',
    });
  const places = listReferences(rarg, ctename, 'once');
  const wrong =
    places.find((place) => place !== 'once') ?? (places.length > 1 ? 'more than once' : undefined);
  if (wrong !== undefined) throw refuse(`recursive reference to query "${ctename}" must not appear ${wrong}`);
  visitQueries(rarg, (inner) => {
    const aggregate = readsDirectly(inner, ctename) ? findAggregate(inner) : undefined;
    if (aggregate !== undefined)
      throw refuse("aggregate functions are not allowed in a recursive query's recursive term", aggregate);
  });
}

/** Whether a query reads a relation of this name, unless a query inside it defines another one. */
function refersTo(part: unknown, name: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if (Array.isArray(part)) return part.some((item) => refersTo(item, name));
  if ('withClause' in part && hides(part.withClause, name)) return false;
  if (isNode(part) && 'RangeVar' in part)
    return part.RangeVar.relname === name && part.RangeVar.schemaname === undefined;
  return Object.values(part).some((value) => refersTo(value, name));
}

function hides(withClause: unknown, name: string): boolean {
  if (typeof withClause !== 'object' || withClause === null || !('ctes' in withClause)) return false;
  const { ctes } = withClause;
  return (
    Array.isArray(ctes) &&
    ctes.some((node) => isNode(node) && 'CommonTableExpr' in node && node.CommonTableExpr.ctename === name)
  );
}

type Place = 'once' | 'within a subquery' | 'within an outer join' | 'within INTERSECT' | 'within EXCEPT';

/** Where a query refers to a name: the places that PostgreSQL refuses, and `once`. */
function listReferences(part: unknown, name: string, place: Place): readonly Place[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap((item) => listReferences(item, name, place));
  if ('withClause' in part && hides(part.withClause, name)) return [];
  const inside = (inner: unknown, at: Place = place): readonly Place[] => listReferences(inner, name, at);
  if (isNode(part)) {
    if ('RangeVar' in part) return refersTo(part, name) ? [place] : [];
    if ('SubLink' in part)
      return [...inside(part.SubLink.testexpr), ...inside(part.SubLink.subselect, 'within a subquery')];
    if ('JoinExpr' in part) {
      const { jointype, larg, rarg, quals } = part.JoinExpr;
      const isOuter = (...types: readonly string[]): Place | undefined =>
        types.includes(jointype ?? '') ? 'within an outer join' : undefined;
      return [
        ...inside(larg, isOuter('JOIN_RIGHT', 'JOIN_FULL')),
        ...inside(rarg, isOuter('JOIN_LEFT', 'JOIN_FULL')),
        ...inside(quals),
      ];
    }
  }
  if ('larg' in part && 'rarg' in part && 'op' in part) {
    const isAll = 'all' in part && part.all === true;
    if (part.op === 'SETOP_INTERSECT' && isAll)
      return [...inside(part.larg, 'within INTERSECT'), ...inside(part.rarg, 'within INTERSECT')];
    if (part.op === 'SETOP_EXCEPT')
      return [
        ...inside(part.larg, isAll ? 'within EXCEPT' : undefined),
        ...inside(part.rarg, 'within EXCEPT'),
      ];
  }
  return Object.values(part).flatMap((value) => inside(value));
}

/** Whether the name is one of FROM, not within a subquery. */
function readsDirectly({ fromClause = [] }: SelectStmt, name: string): boolean {
  const reads = (node: Node | undefined): boolean => {
    if (node === undefined) return false;
    if ('JoinExpr' in node) return reads(node.JoinExpr.larg) || reads(node.JoinExpr.rarg);
    return 'RangeVar' in node && node.RangeVar.relname === name && node.RangeVar.schemaname === undefined;
  };
  return fromClause.some(reads);
}

/** The location of an aggregate of the query itself. */
function findAggregate({ targetList, havingClause, sortClause }: SelectStmt): number | undefined {
  let found: number | undefined;
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || found !== undefined) return;
    if (Array.isArray(part)) {
      for (const item of part) visit(item);
      return;
    }
    if (isNode(part) && 'SubLink' in part) return;
    if (isNode(part) && 'FuncCall' in part && part.FuncCall.over === undefined)
      if (AGGREGATES.has(getStringValues(part.FuncCall.funcname).at(-1) ?? ''))
        found = part.FuncCall.location ?? 0;
    for (const value of Object.values(part)) visit(value);
  };
  visit([targetList, havingClause, sortClause]);
  return found;
}

function visitQueries(query: SelectStmt, visit: (query: SelectStmt) => void): void {
  visit(query);
  const inside = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      for (const item of part) inside(item);
      return;
    }
    if (isNode(part) && 'SelectStmt' in part) visitQueries(part.SelectStmt, visit);
    else for (const value of Object.values(part)) inside(value);
  };
  const { larg, rarg, ...others } = query;
  if (larg !== undefined) visitQueries(larg, visit);
  if (rarg !== undefined) visitQueries(rarg, visit);
  inside(others);
}
