import type { DeleteStmt } from 'libpg-query';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { checkTableReferences } from './check-references.ts';
import { changeItems } from './change-items.ts';
import { changeJoinedItems } from './change-joined-items.ts';
import { explainChanges, explainJoinedChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { toJoinedSelect } from './joined-rows.ts';
import { findMatchingKeys } from './matching-keys.ts';
import { readReturning } from './returning-list.ts';
import { findReturnedSources, toSourceColumns } from './returned-sources.ts';
import { checkReturning, type PerformedWrite, withPartialResult } from './returning.ts';
import type { StatementScope } from './statement-scope.ts';
import { writeCommand } from './write-command.ts';
import { resolveAlias, resolveTarget } from './target-table.ts';

/** DELETE deletes the items that match WHERE, provided they still match when the delete arrives. */
export const deleteItems = writeCommand({
  nodes: ['DeleteStmt'],
  perform: performDelete,
  getReturningParts(parsed) {
    const { relation, returningClause, usingClause: from = [], withClause } = asDelete(parsed);
    return {
      ...(relation && { relation }),
      ...(returningClause && { returningClause }),
      from,
      withClause,
    };
  },
  async explain(parsed, parameters, context, signal) {
    const { relation: range = {}, whereClause: where, usingClause = [], withClause } = asDelete(parsed);
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    checkTableReferences(asDelete(parsed), parsed);
    if (usingClause.length === 0 && withClause === undefined)
      return explainChanges('DeleteItem', range, where, scope);
    const table = await resolveTarget(range, 'DELETE', parsed, context, signal);
    const from = [{ RangeVar: range }, ...usingClause];
    const query = {
      table,
      alias: resolveAlias(range),
      from,
      where,
      withClause,
      attributes: [],
      expressions: [],
    };
    return explainJoinedChanges('DeleteItem', table, toJoinedSelect(query), scope);
  },
});

/** Deletes the items. */
async function performDelete(
  ...[parsed, parameters, context, signal]: Parameters<Command['run']>
): Promise<PerformedWrite> {
  const {
    relation: range = {},
    whereClause: where,
    returningClause,
    usingClause: from = [],
    withClause,
  } = asDelete(parsed);
  const table = await resolveTarget(range, 'DELETE', parsed, context, signal);
  const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  checkTableReferences(asDelete(parsed), parsed);
  const returning = readReturning(returningClause, range, { from, withClause });
  const writes = newWriteStats();
  const changes: ItemChanges = {
    table,
    range,
    where,
    assignments: [],
    blind: true,
    moves: false,
    buildWrite: (key, _actions, conditions) => ({ kind: 'delete', table: table.name, key, conditions }),
    returned: returning === undefined ? 'NONE' : 'ALL_OLD',
  };
  const result = { tag: 'DELETE' as const, table, range, returning, writes, scope };
  try {
    if (from.length > 0 || withClause !== undefined) {
      const sources = await findReturnedSources(returning, table, from, withClause, scope);
      await checkReturning(returning, { ...result, sources: toSourceColumns(sources, [], scope) }, scope);
      const joined = { ...changes, from, withClause, sources, subqueries: [] };
      const changed = await changeJoinedItems(joined, scope, writes);
      return { ...result, ...changed, sources: toSourceColumns(sources, changed.images, scope) };
    }
    await checkReturning(returning, result, scope);
    const matching = await findMatchingKeys(table, range, where, scope);
    const images = await changeItems(changes, matching, scope, writes);
    return { ...result, images, reads: matching.reads };
  } catch (error) {
    throw withPartialResult(error, writes, 'deleted');
  }
}

function asDelete({ node, unsupported }: ParsedCommand): DeleteStmt {
  if (!('DeleteStmt' in node)) throw unsupported();
  return node.DeleteStmt;
}
