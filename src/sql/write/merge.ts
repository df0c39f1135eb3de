import type { MergeStmt, Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { checkTableReferences } from './check-references.ts';
import type { JoinedChanges } from './change-joined-items.ts';
import { explainJoinedChanges } from './explain-changes.ts';
import { listFromAliases } from './from-items.ts';
import { toJoinedSelect } from './joined-rows.ts';
import { type MergeClause, parseMergeClauses } from './merge-clauses.ts';
import { mergeItems, type MergePlan } from './merge-items.ts';
import { type Merge, toMergeQuery } from './merge-rows.ts';
import { findNewAttributes, noticeNewAttributes } from './new-attributes.ts';
import { needsOldImage, readReturning, type Returning } from './returning-list.ts';
import { findReturnedSources, toSourceColumns } from './returned-sources.ts';
import { checkReturning, type PerformedWrite, withPartialResult } from './returning.ts';
import type { StatementScope } from './statement-scope.ts';
import { writeCommand } from './write-command.ts';
import { resolveAlias, resolveTarget } from './target-table.ts';

/** MERGE changes the items that match rows of a query, and inserts the rows that match none. */
export const merge = writeCommand({
  nodes: ['MergeStmt'],
  perform: performMerge,
  getReturningParts(parsed) {
    const statement = asMerge(parsed);
    const { withClause, sourceRelation, returningClause, relation } = statement;
    return {
      ...(relation && { relation }),
      ...(returningClause && { returningClause }),
      ...listTargetNames(statement),
      from: sourceRelation === undefined ? [] : [sourceRelation],
      withClause,
      starOrder: 'sources first',
    };
  },
  async explain(parsed, parameters, context, signal) {
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const plan = await planMerge(asMerge(parsed), scope);
    const { query } = toMergeQuery(plan, plan.range, scope);
    const select = toJoinedSelect({ ...query, attributes: [] });
    return explainJoinedChanges(listOperations(plan.clauses), plan.table, select, scope);
  },
});

/** Merges the rows. */
async function performMerge(
  ...[parsed, parameters, context, signal]: Parameters<Command['run']>
): Promise<PerformedWrite> {
  const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  const { returning, added, ...plan } = await planMerge(asMerge(parsed), scope);
  const { table, range, sources } = plan;
  const writes = newWriteStats();
  const result = { tag: 'MERGE' as const, table, range, added, returning, writes, scope };
  await checkReturning(returning, { ...result, sources: toSourceColumns(sources, [], scope) }, scope);
  noticeNewAttributes(added, table, context);
  try {
    const merged = await mergeItems(plan, scope, writes);
    return { ...result, ...merged, sources: toSourceColumns(sources, merged.images, scope) };
  } catch (error) {
    throw withPartialResult(error, writes, 'merged');
  }
}

async function planMerge(
  statement: MergeStmt,
  scope: StatementScope,
): Promise<MergePlan & { readonly returning: Returning | undefined; readonly added: readonly string[] }> {
  const { parsed, context, signal } = scope;
  const { relation: range = {}, sourceRelation, returningClause, withClause } = statement;
  const table = await resolveTarget(range, 'MERGE', parsed, context, signal);
  const from = sourceRelation === undefined ? [] : [sourceRelation];
  assertDistinctNames(resolveAlias(range), from);
  checkTableReferences({ ...statement, fromClause: from }, parsed);
  const clauses = parseMergeClauses(statement, table, scope);
  const returning = readReturning(returningClause, range, { from, withClause, starOrder: 'sources first' });
  const sources = await findReturnedSources(returning, table, from, withClause, scope);
  const plan: Merge = { statement, table, range, clauses, sources };
  return {
    ...plan,
    returning,
    added: findNewAttributes(listTargetNames(statement), table, parsed),
    changes: clauses.map((clause) => toChanges(clause, plan, from, returning)),
    returned: returning === undefined ? 'NONE' : 'ALL_NEW',
  };
}

/** What a clause does to an item; undefined where it changes none. */
function toChanges(
  { action }: MergeClause,
  { statement, table, range, clauses, sources }: Merge,
  from: readonly Node[],
  returning: Returning | undefined,
): JoinedChanges | undefined {
  if (action.kind === 'nothing' || action.kind === 'insert') return undefined;
  const conditions = [statement.joinCondition, ...clauses.map(({ condition }) => condition)];
  const shared: Omit<JoinedChanges, 'assignments' | 'subqueries' | 'moves' | 'buildWrite' | 'returned'> = {
    table,
    range,
    where: { BoolExpr: { boolop: 'AND_EXPR', args: conditions.filter((each) => each !== undefined) } },
    blind: false,
    from,
    withClause: statement.withClause,
    sources,
  };
  if (action.kind === 'delete')
    return {
      ...shared,
      assignments: [],
      subqueries: [],
      moves: false,
      buildWrite: (key, _actions, rest) => ({ kind: 'delete', table: table.name, key, conditions: rest }),
      returned: returning === undefined ? 'NONE' : 'ALL_OLD',
    };
  const { assignments, subqueries } = action;
  return {
    ...shared,
    assignments,
    subqueries,
    moves: assignments.some(({ target }) => target.key?.of === 'table'),
    buildWrite: (key, actions = [], rest) => ({
      kind: 'update',
      table: table.name,
      key,
      actions,
      conditions: rest,
    }),
    returned: returning === undefined ? 'NONE' : needsOldImage(returning) ? 'BOTH' : 'ALL_NEW',
  };
}

/** The attributes that the clauses name. */
function listTargetNames({ mergeWhenClauses = [] }: MergeStmt) {
  const targets = (command: string): Node[] =>
    mergeWhenClauses.flatMap((node) =>
      'MergeWhenClause' in node && node.MergeWhenClause.commandType === command
        ? (node.MergeWhenClause.targetList ?? [])
        : [],
    );
  return { cols: targets('CMD_INSERT'), targetList: targets('CMD_UPDATE') };
}

function listOperations(clauses: readonly MergeClause[]): string {
  const kinds = new Set(clauses.map(({ action }) => action.kind));
  return [
    kinds.has('insert') ? 'PutItem' : [],
    kinds.has('update') ? 'UpdateItem' : [],
    kinds.has('delete') ? 'DeleteItem' : [],
  ]
    .flat()
    .join(', ');
}

function assertDistinctNames(alias: string, from: readonly Node[]): void {
  if (listFromAliases(from).includes(alias))
    throw new DriverError('SQL_DUPLICATE_ALIAS', `name "${alias}" specified more than once`, {
      remedy: 'The name is used both as MERGE target table and data source.',
    });
}

function asMerge({ node, unsupported }: ParsedCommand): MergeStmt {
  if (!('MergeStmt' in node)) throw unsupported();
  return node.MergeStmt;
}
