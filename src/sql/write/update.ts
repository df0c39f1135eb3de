import type { UpdateStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { assignmentsOf } from './assignment.ts';
import { changeItems } from './change-items.ts';
import { explainChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { matchingKeys } from './matching-keys.ts';
import { newAttributes, tellNewAttributes } from './new-attributes.ts';
import { returningColumns, withPartialResult, writtenResult } from './returning.ts';
import type { StatementScope } from './source-rows.ts';
import { aliasOf, resolveTarget } from './target-table.ts';

/** UPDATE changes the items that WHERE means, if they still meet it when the write arrives; it never makes one. */
export const update: Command = {
  nodes: ['UpdateStmt'],
  transactional: () => 'writes',
  async run(parsed, parameters, context, signal) {
    const {
      relation: range = {},
      targetList = [],
      whereClause: where,
      fromClause,
      withClause,
      returningClause,
    } = updateOf(parsed);
    const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
    if (fromClause !== undefined || withClause !== undefined)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `${withClause ? 'WITH … UPDATE' : 'UPDATE … FROM'} is not supported.`,
        {
          remedy: 'Write SET column = (SELECT …) and WHERE key IN (SELECT …).',
        },
      );
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const assignments = assignmentsOf(targetList, table, aliasOf(range), reading);
    const moves = movesItems(assignments);
    const added = newAttributes({ targetList }, table, parsed);
    const returning = returningClause?.exprs;
    const writes = newWriteStats();
    const changes: ItemChanges = {
      table,
      range,
      where,
      assignments,
      blind: !moves && assignments.every(({ byDynamo }) => byDynamo !== undefined),
      moves,
      change: (key, computed, conditions) => {
        const actions = computed ?? assignments.flatMap(({ byDynamo }) => byDynamo?.action ?? []);
        return { kind: 'update', table: table.name, key, actions, conditions };
      },
      returned: returning === undefined ? 'NONE' : 'ALL_NEW',
    };
    const matching = await matchingKeys(table, range, where, reading);
    tellNewAttributes(added, table, context);
    try {
      const items = await changeItems(changes, matching, reading, writes);
      return await writtenResult(
        'UPDATE',
        { table, range, added, returning, items, writes, reads: matching.reads },
        reading,
      );
    } catch (error) {
      throw withPartialResult(error, writes, 'updated');
    }
  },
  columns: (parsed, context, signal) => returningColumns(updateOf(parsed), parsed, context, signal),
  async explain(parsed, parameters, context, signal) {
    const { relation: range = {}, targetList = [], whereClause } = updateOf(parsed);
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const table = await resolveTarget(range, 'UPDATE', parsed, context, signal);
    const moves = movesItems(assignmentsOf(targetList, table, aliasOf(range), reading));
    return explainChanges(moves ? 'TransactWriteItems' : 'UpdateItem', range, whereClause, reading);
  },
};

/** Whether a part of the table's key is assigned. */
function movesItems(assignments: ItemChanges['assignments']): boolean {
  return assignments.some(({ target }) => target.key?.of === 'table');
}

function updateOf({ node, refusal }: ParsedCommand): UpdateStmt {
  if (!('UpdateStmt' in node)) throw refusal();
  return node.UpdateStmt;
}
