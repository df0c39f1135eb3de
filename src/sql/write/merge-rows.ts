import type { MergeStmt, Node, RangeVar } from 'libpg-query';
import { keyNames, type TableDef } from '../../catalog/table-def.ts';
import { binary, column, not, number } from '../dialect/build.ts';
import { evaluateConstant } from './constant.ts';
import { withConstantKeys } from './constant-keys.ts';
import type { JoinedQuery } from './joined-rows.ts';
import type { MergeAction, MergeClause } from './merge-clauses.ts';
import type { MergeMatch } from './merge-scope.ts';
import { joinSubqueries, type JoinedSubquery } from './multi-assignment.ts';
import { selectSources, type WantedSources } from './returned-sources.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveAlias } from './target-table.ts';

/** A MERGE statement whose names are resolved. */
export interface Merge {
  readonly statement: MergeStmt;
  readonly table: TableDef;
  readonly range: RangeVar;
  readonly clauses: readonly MergeClause[];
  /** The source columns that RETURNING refers to. */
  readonly sources: WantedSources;
}

/** Marks the rows of the source in an outer join. */
const MARK = { alias: '$source', column: 'present' } as const;

/** Where the values of a row are. */
export interface MergeColumns {
  /** For each clause, the positions of its expressions. */
  readonly values: readonly (readonly number[])[];
  readonly sources: readonly number[];
  /** For each clause, the positions of the row numbers of its subqueries. */
  readonly rowNumbers: readonly (readonly number[])[];
}

/** The query for the rows: the number of the clause that applies, the values of all clauses, and what RETURNING needs. */
export function toMergeQuery(
  merge: Merge,
  range: RangeVar,
  { parameters }: Pick<StatementScope, 'parameters'>,
): { readonly query: Omit<JoinedQuery, 'attributes'>; readonly columns: MergeColumns } {
  const { clauses, statement, table, sources } = merge;
  const alias = resolveAlias(merge.range);
  const applied = toAppliedClause(clauses, alias, table);
  const expressions: Node[] = [applied];
  const add = (node: Node): number => expressions.push(node) - 1;
  const values = clauses.map(({ action }, i) =>
    listExpressions(action).map((value) =>
      add(
        'ColumnRef' in value || evaluateConstant(value, parameters) !== undefined
          ? value
          : // Computed only for the rows that it is for.
            buildCase([{ expr: binary('=', applied, number(String(i))), result: value }]),
      ),
    ),
  );
  const sourceColumns = selectSources(sources).map(add);
  const rowNumbers = clauses.map(({ action }) => listSubqueries(action).map(({ row }) => add(row)));
  const subqueries = clauses.flatMap(({ action }) => listSubqueries(action));
  return {
    query: {
      table,
      alias,
      from: joinSubqueries([joinRelations(merge, range)], subqueries),
      where: undefined,
      withClause: statement.withClause,
      expressions,
    },
    columns: { values, sources: sourceColumns, rowNumbers },
  };
}

/** The expressions of an action that the engine evaluates, in the order of its columns. */
export function listExpressions(action: MergeAction): readonly Node[] {
  switch (action.kind) {
    case 'update':
      return action.assignments.flatMap(({ expression }) => expression ?? []);
    case 'insert':
      return action.values.flatMap((value) => ('expression' in value ? [value.expression] : []));
    case 'delete':
    case 'nothing':
      return [];
  }
}

function listSubqueries(action: MergeAction): readonly JoinedSubquery[] {
  return action.kind === 'update' ? action.subqueries : [];
}

/** Reads no more than the clauses need: without NOT MATCHED, only pairs. */
function joinRelations({ statement, clauses, table }: Merge, range: RangeVar): Node {
  const { sourceRelation: source, joinCondition, withClause } = statement;
  const target: Node = { RangeVar: range };
  const has = (match: MergeMatch): boolean => clauses.some((clause) => clause.match === match);
  const [keepsSource, keepsTarget] = [has('not-matched-by-target'), has('not-matched-by-source')];
  const jointype = keepsTarget
    ? keepsSource
      ? 'JOIN_FULL'
      : 'JOIN_RIGHT'
    : keepsSource
      ? 'JOIN_LEFT'
      : 'JOIN_INNER';
  const from = source === undefined ? [] : [source];
  const alias = resolveAlias(range);
  const quals = keepsTarget
    ? joinCondition
    : withConstantKeys(joinCondition, { table, alias, from, withClause });
  const larg = keepsTarget ? withMark(source) : source;
  return { JoinExpr: { jointype, rarg: target, ...(larg && { larg }), ...(quals && { quals }) } };
}

/** The source with a column that is NULL only in rows without it. */
function withMark(source: Node | undefined): Node {
  const mark: Node = {
    RangeSubselect: {
      subquery: {
        SelectStmt: {
          targetList: [
            { ResTarget: { name: MARK.column, val: { A_Const: { boolval: { boolval: true } } } } },
          ],
          limitOption: 'LIMIT_OPTION_DEFAULT',
          op: 'SETOP_NONE',
        },
      },
      alias: { aliasname: MARK.alias },
    },
  };
  return { JoinExpr: { jointype: 'JOIN_INNER', rarg: mark, ...(source && { larg: source }) } };
}

/** The number of the first clause that applies to a row; NULL: none. Its condition is computed only for the rows that it is for. */
function toAppliedClause(clauses: readonly MergeClause[], alias: string, { key }: TableDef): Node {
  const hasItem = isNotNull(column(alias, keyNames(key)[0] ?? ''));
  const hasMark = clauses.some(({ match }) => match === 'not-matched-by-source');
  const hasSource = isNotNull(column(MARK.alias, MARK.column));
  const tests: readonly (readonly [MergeMatch, Node])[] = [
    ['not-matched-by-target', not(hasItem)],
    ...(hasMark ? [['not-matched-by-source', not(hasSource)] as const] : []),
    ['matched', hasItem],
  ];
  const numbered = clauses.map((clause, i) => ({ ...clause, result: number(String(i)) }));
  return buildCase(
    tests.flatMap(([match, expr]) => {
      const own = numbered.filter((clause) => clause.match === match);
      const otherwise = own.find(({ condition }) => condition === undefined)?.result;
      const choices = own.flatMap(({ condition, result }) =>
        condition === undefined ? [] : [{ expr: condition, result }],
      );
      const result = choices.length === 0 ? otherwise : buildCase(choices, otherwise);
      return result === undefined ? [{ expr, result: NULL }] : [{ expr, result }];
    }),
  );
}

const NULL: Node = { A_Const: { isnull: true } };

function isNotNull(arg: Node): Node {
  return { NullTest: { arg, nulltesttype: 'IS_NOT_NULL' } };
}

function buildCase(
  choices: readonly { readonly expr: Node; readonly result: Node }[],
  defresult?: Node,
): Node {
  return {
    CaseExpr: { args: choices.map((choice) => ({ CaseWhen: choice })), ...(defresult && { defresult }) },
  };
}
