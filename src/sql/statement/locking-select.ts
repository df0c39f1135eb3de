import type { RangeVar, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { StatementContext } from '../exec/context.ts';
import { runStatement } from '../exec/run.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import { toParsedQuery, type ParsedQuery } from '../parse/parse.ts';
import { describeAccess } from '../plan/describe-access.ts';
import { distinctKeys } from '../../dynamo/key.ts';
import { overrideWithItems } from '../write/item-expressions.ts';
import { extractKey } from '../write/item-key.ts';
import { fetchItems } from '../write/fetch-items.ts';
import { findMatchingKeys } from '../write/matching-keys.ts';
import { computeRowUpdates } from '../write/row-update.ts';
import type { StatementScope } from '../write/statement-scope.ts';
import { resolveTarget } from '../write/target-table.ts';
import { unchangedConditions } from '../write/item-conditions.ts';
import type { RunningBody, StatementBody } from './statement.ts';

/**
 * `SELECT … FOR UPDATE`: reads items as the transaction sees them, and makes COMMIT fail if they have been modified by
 * then. `planned` is the same query without FOR UPDATE.
 */
export function lockingSelect(parsed: ParsedQuery, planned: StatementBody): StatementBody {
  return {
    ...planned,
    kind: 'locking-select',
    transactionRole: { kind: 'reads' },
    run: (parameters, context, signal) => runLocking(parsed, parameters, context, signal),
  };
}

async function runLocking(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  context: StatementContext,
  signal: AbortSignal,
): Promise<RunningBody> {
  const { block, buffer } = context;
  if (buffer === undefined)
    throw new DriverError('SQL_NO_TRANSACTION', 'SELECT FOR UPDATE can only be used in transaction blocks');
  if (block.open?.readOnly === true)
    throw new DriverError('SQL_READ_ONLY', 'cannot execute SELECT FOR UPDATE in a read-only transaction', {
      remedy: 'Leave out FOR UPDATE, or begin the transaction without READ ONLY.',
    });
  const range = requireSingleTable(parsed.ast);
  const table = await resolveTarget(range, 'SELECT FOR UPDATE', parsed, context, signal);
  const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  const { whereClause: where, ...rest } = parsed.ast;
  const { keys, searched, reads } = await findMatchingKeys(table, range, where, scope);
  const all = searched ? distinctKeys([...keys, ...buffer.listKeys(table)]) : keys;
  const read = await fetchItems(all, table, scope);
  const updates = await computeRowUpdates({ table, range, assignments: [], where }, read, scope);
  const items = updates.map((update) => update?.item).filter((item) => item !== undefined);
  for (const item of items)
    buffer.write(
      {
        kind: 'check',
        table: table.name,
        key: extractKey(item, table),
        conditions: unchangedConditions(item, table),
      },
      table,
      { returned: 'NONE', base: undefined },
    );
  const { plan, ...running } = await runStatement(
    toParsedQuery(parsed, rest),
    parameters,
    overrideWithItems(context, table, items).withSettings({ maxRows: context.settings.maxRows }),
    signal,
    newReadStats(),
  );
  return { ...running, columns: plan.columns, plan: reads.map(describeAccess), stats: scope.stats };
}

/** The table of a query each of whose rows is one item. */
function requireSingleTable(ast: SelectStmt): RangeVar {
  const [from, ...others] = ast.fromClause ?? [];
  const grouped = [ast.groupClause, ast.havingClause, ast.distinctClause, ast.windowClause, ast.withClause];
  const limited = ast.limitCount !== undefined || ast.limitOffset !== undefined;
  if (
    from === undefined ||
    !('RangeVar' in from) ||
    others.length > 0 ||
    limited ||
    grouped.some((clause) => clause !== undefined)
  )
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      'FOR UPDATE is supported only for queries of one table, without LIMIT, DISTINCT, GROUP BY and WITH',
    );
  return from.RangeVar;
}
