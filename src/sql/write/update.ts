import type { UpdateStmt } from 'libpg-query';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { parseAssignments } from './assignment.ts';
import { checkTableReferences } from './check-references.ts';
import { changeItems } from './change-items.ts';
import { changeJoinedItems } from './change-joined-items.ts';
import { explainChanges, explainJoinedChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { checkOverItems } from './item-expressions.ts';
import { toJoinedSelect } from './joined-rows.ts';
import { findMatchingKeys } from './matching-keys.ts';
import { joinMultiAssignments, joinSubqueries } from './multi-assignment.ts';
import { findNewAttributes, noticeNewAttributes } from './new-attributes.ts';
import { needsOldImage, readReturning } from './returning-list.ts';
import { checkReturning, type PerformedWrite, withPartialResult } from './returning.ts';
import { findReturnedSources, toSourceColumns } from './returned-sources.ts';
import type { StatementScope } from './statement-scope.ts';
import { writeCommand } from './write-command.ts';
import { resolveAlias, resolveTarget } from './target-table.ts';

/** UPDATE changes the items that match WHERE, provided they still match when the write arrives; it never creates one. */
export const update = writeCommand({
  nodes: ['UpdateStmt'],
  perform: performUpdate,
  getReturningParts(parsed) {
    const { relation, returningClause, targetList, fromClause: from = [], withClause } = asUpdate(parsed);
    return {
      ...(relation && { relation }),
      ...(returningClause && { returningClause }),
      ...(targetList && { targetList }),
      from,
      withClause,
    };
  },
  async explain(parsed, parameters, context, signal) {
    const statement = asUpdate(parsed);
    const {
      relation: range = {},
      targetList = [],
      whereClause: where,
      fromClause = [],
      withClause,
    } = statement;
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
    const { targetList: targets, subqueries } = joinMultiAssignments(targetList);
    const assignments = parseAssignments(targets, table, resolveAlias(range), scope);
    checkTableReferences(statement, parsed);
    const operation = changesKey(assignments) ? 'TransactWriteItems' : 'UpdateItem';
    const expressions = assignments.flatMap(({ expression }) => expression ?? []);
    if (!isJoined(statement)) {
      await checkOverItems(range, expressions, scope);
      return explainChanges(operation, range, where, scope);
    }
    const from = joinSubqueries([{ RangeVar: range }, ...fromClause], subqueries);
    const query = { table, alias: resolveAlias(range), from, where, withClause, attributes: [], expressions };
    return explainJoinedChanges(operation, table, toJoinedSelect(query), scope);
  },
});

/** Updates the items. */
async function performUpdate(
  ...[parsed, parameters, context, signal]: Parameters<Command['run']>
): Promise<PerformedWrite> {
  const {
    relation: range = {},
    targetList = [],
    whereClause: where,
    fromClause: from = [],
    withClause,
    returningClause,
  } = asUpdate(parsed);
  const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
  const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  checkTableReferences(asUpdate(parsed), parsed);
  const multiple = joinMultiAssignments(targetList);
  const assignments = parseAssignments(multiple.targetList, table, resolveAlias(range), scope);
  const moves = changesKey(assignments);
  const added = findNewAttributes({ targetList }, table, parsed);
  const returning = readReturning(returningClause, range, { from, withClause });
  const writes = newWriteStats();
  const changes: ItemChanges = {
    table,
    range,
    where,
    assignments,
    blind: !moves && assignments.every(({ nativeUpdate: byDynamo }) => byDynamo !== undefined),
    moves,
    buildWrite: (key, computed, conditions) => {
      const actions = computed ?? assignments.flatMap(({ nativeUpdate: byDynamo }) => byDynamo?.action ?? []);
      return { kind: 'update', table: table.name, key, actions, conditions };
    },
    returned: returning === undefined ? 'NONE' : needsOldImage(returning) ? 'BOTH' : 'ALL_NEW',
  };
  const result = { tag: 'UPDATE' as const, table, range, added, returning, writes, scope };
  if (isJoined(asUpdate(parsed))) {
    const sources = await findReturnedSources(returning, table, from, withClause, scope);
    const joined = { ...changes, from, withClause, sources, subqueries: multiple.subqueries };
    await checkReturning(returning, { ...result, sources: toSourceColumns(sources, [], scope) }, scope);
    noticeNewAttributes(added, table, context);
    try {
      const changed = await changeJoinedItems(joined, scope, writes);
      return { ...result, ...changed, sources: toSourceColumns(sources, changed.images, scope) };
    } catch (error) {
      throw withPartialResult(error, writes, 'updated');
    }
  }
  await checkReturning(returning, result, scope);
  const matching = await findMatchingKeys(table, range, where, scope);
  noticeNewAttributes(added, table, context);
  try {
    const images = await changeItems(changes, matching, scope, writes);
    return { ...result, images, reads: matching.reads };
  } catch (error) {
    throw withPartialResult(error, writes, 'updated');
  }
}

/** Whether the rows come from a query of more than the table's WHERE. */
function isJoined({ fromClause, withClause, targetList = [] }: UpdateStmt): boolean {
  return (
    fromClause !== undefined ||
    withClause !== undefined ||
    joinMultiAssignments(targetList).subqueries.length > 0
  );
}

/** Whether the statement assigns a part of the table's key. */
function changesKey(assignments: ItemChanges['assignments']): boolean {
  return assignments.some(({ target }) => target.key?.of === 'table');
}

function asUpdate({ node, unsupported }: ParsedCommand): UpdateStmt {
  if (!('UpdateStmt' in node)) throw unsupported();
  return node.UpdateStmt;
}
