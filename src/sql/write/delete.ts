import type { DeleteStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { changeItems } from './change-items.ts';
import { explainChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { matchingKeys } from './matching-keys.ts';
import { returningColumns, withPartialResult, writtenResult } from './returning.ts';
import type { StatementScope } from './source-rows.ts';
import { resolveTarget } from './target-table.ts';

/** DELETE deletes the items that WHERE means, if they still meet it when the delete arrives. */
export const deleteItems: Command = {
  nodes: ['DeleteStmt'],
  transactional: () => 'writes',
  async run(parsed, parameters, context, signal) {
    const {
      relation: range = {},
      whereClause: where,
      returningClause,
      usingClause,
      withClause,
    } = deleteOf(parsed);
    const table = await resolveTarget(range, 'DELETE', parsed, context, signal);
    if (usingClause !== undefined || withClause !== undefined)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `${withClause ? 'WITH … DELETE' : 'DELETE … USING'} is not supported.`,
        {
          remedy: 'Write WHERE key IN (SELECT …).',
        },
      );
    const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const returning = returningClause?.exprs;
    const writes = newWriteStats();
    const matching = await matchingKeys(table, range, where, reading);
    const changes: ItemChanges = {
      table,
      range,
      where,
      assignments: [],
      blind: true,
      moves: false,
      change: (key, _actions, conditions) => ({ kind: 'delete', table: table.name, key, conditions }),
      returned: returning === undefined ? 'NONE' : 'ALL_OLD',
    };
    try {
      const items = await changeItems(changes, matching, reading, writes);
      return await writtenResult(
        'DELETE',
        { table, range, returning, items, writes, reads: matching.reads },
        reading,
      );
    } catch (error) {
      throw withPartialResult(error, writes, 'deleted');
    }
  },
  columns: (parsed, context, signal) => returningColumns(deleteOf(parsed), parsed, context, signal),
  explain: (parsed, parameters, context, signal) => {
    const { relation, whereClause } = deleteOf(parsed);
    return explainChanges('DeleteItem', relation, whereClause, {
      parsed,
      parameters,
      context,
      stats: newReadStats(),
      signal,
    });
  },
};

function deleteOf({ node, refusal }: ParsedCommand): DeleteStmt {
  if (!('DeleteStmt' in node)) throw refusal();
  return node.DeleteStmt;
}
