import type { MergeStmt, MergeWhenClause, Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { type Assignment, parseAssignments } from './assignment.ts';
import { evaluateConstant } from './constant.ts';
import { resolveInsertTargets } from './insert-targets.ts';
import { limitToRelation, type MergeMatch } from './merge-scope.ts';
import { joinMultiAssignments, type JoinedSubquery } from './multi-assignment.ts';
import type { StatementScope } from './statement-scope.ts';
import type { StoredInput } from './stored-input.ts';
import { resolveAlias } from './target-table.ts';
import type { WriteTarget } from './write-target.ts';

/** One WHEN clause. */
export interface MergeClause {
  readonly match: MergeMatch;
  readonly condition: Node | undefined;
  readonly action: MergeAction;
}

export type MergeAction =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'delete' }
  | {
      readonly kind: 'update';
      readonly assignments: readonly Assignment[];
      /** The subqueries of `(a, b) = (SELECT …)`. */
      readonly subqueries: readonly JoinedSubquery[];
    }
  | {
      readonly kind: 'insert';
      readonly targets: readonly WriteTarget[];
      readonly values: readonly InsertedValue[];
    };

/** A value of INSERT: a constant, which keeps every digit, or an expression for the engine. */
export type InsertedValue = { readonly constant: StoredInput } | { readonly expression: Node };

const MATCHES: ReadonlyMap<string | undefined, MergeMatch> = new Map([
  ['MERGE_WHEN_MATCHED', 'matched'],
  ['MERGE_WHEN_NOT_MATCHED_BY_SOURCE', 'not-matched-by-source'],
  ['MERGE_WHEN_NOT_MATCHED_BY_TARGET', 'not-matched-by-target'],
]);

/** Reads the WHEN clauses; throws where one can never apply, or refers to what its rows do not have. */
export function parseMergeClauses(
  { relation, sourceRelation, mergeWhenClauses = [] }: MergeStmt,
  table: TableDef,
  scope: Pick<StatementScope, 'parsed' | 'parameters'>,
): readonly MergeClause[] {
  const unconditional = new Set<MergeMatch>();
  let subqueryCount = 0;
  return mergeWhenClauses.map((node): MergeClause => {
    const clause = 'MergeWhenClause' in node ? node.MergeWhenClause : {};
    const match = MATCHES.get(clause.matchKind) ?? 'matched';
    if (unconditional.has(match))
      throw new DriverError(
        'SQL_SYNTAX',
        'unreachable WHEN clause specified after unconditional WHEN clause',
      );
    if (clause.condition === undefined) unconditional.add(match);
    const visible = limitToRelation(match, { relation, source: sourceRelation }, table, scope.parsed);
    const action = parseAction(visible(clause), resolveAlias(relation), subqueryCount, table, scope);
    if (action.kind === 'update') subqueryCount += action.subqueries.length;
    return { match, condition: clause.condition && visible(clause.condition), action };
  });
}

function parseAction(
  { commandType, targetList = [], values }: MergeWhenClause,
  alias: string,
  firstSubquery: number,
  table: TableDef,
  scope: Pick<StatementScope, 'parsed' | 'parameters'>,
): MergeAction {
  if (commandType === 'CMD_DELETE') return { kind: 'delete' };
  if (commandType === 'CMD_UPDATE') {
    const multiple = joinMultiAssignments(targetList, firstSubquery);
    return {
      kind: 'update',
      assignments: parseAssignments(multiple.targetList, table, alias, scope),
      subqueries: multiple.subqueries,
    };
  }
  return commandType === 'CMD_INSERT' ? parseInsert(targetList, values, table, scope) : { kind: 'nothing' };
}

function parseInsert(
  cols: readonly Node[],
  values: readonly Node[] | undefined,
  table: TableDef,
  { parsed, parameters }: Pick<StatementScope, 'parsed' | 'parameters'>,
): MergeAction {
  // INSERT DEFAULT VALUES has none.
  const targets = resolveInsertTargets(cols.length === 0 ? undefined : cols, table, parsed);
  assertWidth(targets.length, values?.length ?? 0, cols.length > 0);
  return {
    kind: 'insert',
    targets,
    values: (values ?? []).map((value): InsertedValue => {
      const constant = evaluateConstant(value, parameters);
      return constant === undefined ? { expression: value } : { constant };
    }),
  };
}

/** Without a column list, a row may have values for only the first columns. */
function assertWidth(columns: number, values: number, hasList: boolean): void {
  if (values > columns)
    throw new DriverError('SQL_SYNTAX', 'INSERT has more expressions than target columns');
  if (values < columns && hasList)
    throw new DriverError('SQL_SYNTAX', 'INSERT has more target columns than expressions');
}
