import type { UpdateStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { parseAssignments } from './assignment.ts';
import { changeItems } from './change-items.ts';
import { explainChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { findMatchingKeys } from './matching-keys.ts';
import { findNewAttributes, noticeNewAttributes } from './new-attributes.ts';
import { describeReturning, withPartialResult, toCommandResult } from './returning.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveAlias, resolveTarget } from './target-table.ts';

/** UPDATE changes the items that match WHERE, provided they still match when the write arrives; it never creates one. */
export const update: Command = {
  nodes: ['UpdateStmt'],
  roleInTransaction: () => 'writes',
  async run(parsed, parameters, context, signal) {
    const {
      relation: range = {},
      targetList = [],
      whereClause: where,
      fromClause,
      withClause,
      returningClause,
    } = asUpdate(parsed);
    const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
    if (fromClause !== undefined || withClause !== undefined)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `${withClause ? 'WITH ... UPDATE' : 'UPDATE ... FROM'} is not supported`,
        {
          remedy: 'Write SET column = (SELECT ...) and WHERE key IN (SELECT ...).',
        },
      );
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const assignments = parseAssignments(targetList, table, resolveAlias(range), scope);
    const moves = changesKey(assignments);
    const added = findNewAttributes({ targetList }, table, parsed);
    const returning = returningClause?.exprs;
    const writes = newWriteStats();
    const changes: ItemChanges = {
      table,
      range,
      where,
      assignments,
      blind: !moves && assignments.every(({ nativeUpdate: byDynamo }) => byDynamo !== undefined),
      moves,
      buildWrite: (key, computed, conditions) => {
        const actions =
          computed ?? assignments.flatMap(({ nativeUpdate: byDynamo }) => byDynamo?.action ?? []);
        return { kind: 'update', table: table.name, key, actions, conditions };
      },
      returned: returning === undefined ? 'NONE' : 'ALL_NEW',
    };
    const matching = await findMatchingKeys(table, range, where, scope);
    noticeNewAttributes(added, table, context);
    try {
      const items = await changeItems(changes, matching, scope, writes);
      return await toCommandResult(
        'UPDATE',
        { table, range, added, returning, items, writes, reads: matching.reads },
        scope,
      );
    } catch (error) {
      throw withPartialResult(error, writes, 'updated');
    }
  },
  columns: (parsed, context, signal) => describeReturning(asUpdate(parsed), parsed, context, signal),
  async explain(parsed, parameters, context, signal) {
    const { relation: range = {}, targetList = [], whereClause } = asUpdate(parsed);
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
    const moves = changesKey(parseAssignments(targetList, table, resolveAlias(range), scope));
    return explainChanges(moves ? 'TransactWriteItems' : 'UpdateItem', range, whereClause, scope);
  },
};

/** Whether the statement assigns a part of the table's key. */
function changesKey(assignments: ItemChanges['assignments']): boolean {
  return assignments.some(({ target }) => target.key?.of === 'table');
}

function asUpdate({ node, unsupported }: ParsedCommand): UpdateStmt {
  if (!('UpdateStmt' in node)) throw unsupported();
  return node.UpdateStmt;
}
