import type { RangeVar, SelectStmt } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import type { ExecutionContext } from '../exec/context.ts';
import type { RowReader } from '../exec/direct.ts';
import { runStatement } from '../exec/run.ts';
import type { ParameterLiteral } from '../parse/parameter-list.ts';
import { queryWithin, type ParsedQuery } from '../parse/parse.ts';
import type { ResultColumn } from '../plan/planner.ts';
import type { TableRead } from '../plan/table-read.ts';
import type { ReadStats } from '../../dynamo/read/read-stats.ts';
import { distinctKeys } from '../../dynamo/key.ts';
import { withItems } from '../write/evaluate.ts';
import { keyOf } from '../write/item-of.ts';
import { itemsOf } from '../write/items-of.ts';
import { matchingKeys } from '../write/matching-keys.ts';
import { rowUpdates } from '../write/row-update.ts';
import type { StatementScope } from '../write/source-rows.ts';
import { resolveTarget } from '../write/target-table.ts';
import { unchangedItem } from '../write/unchanged-item.ts';

interface Locked extends RowReader {
  readonly columns: readonly ResultColumn[];
  readonly reads: readonly TableRead[];
  readonly stats: ReadStats;
  close(): Promise<void>;
}

/** `SELECT … FOR UPDATE`: reads items as the transaction sees them, and makes COMMIT depend on that they stay so. */
export async function runLocking(
  parsed: ParsedQuery,
  parameters: readonly ParameterLiteral[],
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<Locked> {
  const { transaction } = context.writing;
  if (transaction === undefined)
    throw new DriverError(
      'SQL_NO_TRANSACTION',
      'FOR UPDATE holds until COMMIT, and there is no transaction.',
    );
  if (context.block.open?.readOnly === true)
    throw new DriverError('SQL_READ_ONLY', 'FOR UPDATE cannot run in a READ ONLY transaction.', {
      remedy: 'Leave out FOR UPDATE, or begin the transaction without READ ONLY.',
    });
  const range = onlyTable(parsed.ast);
  const table = await resolveTarget(range, 'SELECT FOR UPDATE', parsed, context, signal);
  const reading: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
  const { whereClause: where, ...rest } = parsed.ast;
  const { keys, found, reads } = await matchingKeys(table, range, where, reading);
  const all = found ? distinctKeys([...keys, ...transaction.keysOf(table)]) : keys;
  const read = await itemsOf(all, table, reading);
  const updates = await rowUpdates({ table, range, assignments: [], where }, read, reading);
  const items = updates.map((update) => update?.item).filter((item) => item !== undefined);
  for (const item of items)
    transaction.write(
      { kind: 'check', table: table.name, key: keyOf(item, table), conditions: unchangedItem(item, table) },
      table,
      { returned: 'NONE', base: undefined },
    );
  const running = await runStatement(
    queryWithin(parsed, rest),
    parameters,
    { ...withItems(context, table, items), maxRows: context.maxRows },
    signal,
    newReadStats(),
  );
  return { ...running, columns: running.plan.columns, reads, stats: reading.stats };
}

/** The table of a query whose rows are items of it. */
function onlyTable(ast: SelectStmt): RangeVar {
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
      'FOR UPDATE is for queries of one table, without LIMIT, DISTINCT, GROUP BY and WITH.',
    );
  return from.RangeVar;
}
