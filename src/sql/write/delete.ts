import type { DeleteStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats } from '../../dynamo/write/write-stats.ts';
import type { Command } from '../exec/command.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { changeItems } from './change-items.ts';
import { explainChanges } from './explain-changes.ts';
import type { ItemChanges } from './item-changes.ts';
import { findMatchingKeys } from './matching-keys.ts';
import { describeReturning, withPartialResult, toCommandResult } from './returning.ts';
import type { StatementScope } from './statement-scope.ts';
import { resolveTarget } from './target-table.ts';

/** DELETE deletes the items that match WHERE, provided they still match when the delete arrives. */
export const deleteItems: Command = {
  nodes: ['DeleteStmt'],
  roleInTransaction: () => 'writes',
  async run(parsed, parameters, context, signal) {
    const {
      relation: range = {},
      whereClause: where,
      returningClause,
      usingClause,
      withClause,
    } = asDelete(parsed);
    const table = await resolveTarget(range, 'DELETE', parsed, context, signal);
    if (usingClause !== undefined || withClause !== undefined)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `${withClause ? 'WITH ... DELETE' : 'DELETE ... USING'} is not supported`,
        {
          remedy: 'Write WHERE key IN (SELECT ...).',
        },
      );
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    const returning = returningClause?.exprs;
    const writes = newWriteStats();
    const matching = await findMatchingKeys(table, range, where, scope);
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
    try {
      const items = await changeItems(changes, matching, scope, writes);
      return await toCommandResult(
        'DELETE',
        { table, range, returning, items, writes, reads: matching.reads },
        scope,
      );
    } catch (error) {
      throw withPartialResult(error, writes, 'deleted');
    }
  },
  columns: (parsed, context, signal) => describeReturning(asDelete(parsed), parsed, context, signal),
  explain: (parsed, parameters, context, signal) => {
    const { relation, whereClause } = asDelete(parsed);
    return explainChanges('DeleteItem', relation, whereClause, {
      parsed,
      parameters,
      context,
      stats: newReadStats(),
      signal,
    });
  },
};

function asDelete({ node, unsupported }: ParsedCommand): DeleteStmt {
  if (!('DeleteStmt' in node)) throw unsupported();
  return node.DeleteStmt;
}
