import type { RangeVar } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { newReadStats } from '../../dynamo/read/read-stats.ts';
import { newWriteStats, type WriteStats } from '../../dynamo/write/write-stats.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import { type Command, emptyResult } from '../exec/command.ts';
import { readTable } from '../exec/read-table.ts';
import { planStatement } from '../exec/run.ts';
import type { TableRead } from '../plan/table-read.ts';
import { extractKey } from './item-key.ts';
import { buildKeyQuery } from './matching-keys.ts';
import { withPartialResult } from './returning.ts';
import type { StatementScope } from './statement-scope.ts';
import { getWriteBudget } from './write-budget.ts';
import { recordBatch } from './record-write.ts';
import { resolveTarget } from './target-table.ts';

/**
 * TRUNCATE deletes every item in batches of 25 while it reads their keys. RESTART IDENTITY and CASCADE have no effect, since
 * DynamoDB has neither sequences nor foreign keys.
 */
export const truncate: Command = {
  nodes: ['TruncateStmt'],
  async run(parsed, parameters, context, signal) {
    if (!('TruncateStmt' in parsed.node)) throw parsed.unsupported();
    const { relations = [] } = parsed.node.TruncateStmt;
    const ranges = relations.flatMap((node) => ('RangeVar' in node ? node.RangeVar : []));
    const scope: StatementScope = { parsed, parameters, context, stats: newReadStats(), signal };
    // All tables are resolved first, so that nothing is deleted if one of them does not exist.
    const tables = new Map<string, TableToEmpty>();
    for (const range of ranges) {
      const table = await resolveTarget(range, 'TRUNCATE', parsed, context, signal);
      tables.set(table.name, { table, reads: await planKeyReads(table, range, scope) });
    }
    const writes = newWriteStats();
    try {
      for (const each of tables.values()) await deleteAll(each, scope, writes);
    } catch (error) {
      throw withPartialResult(error, writes, 'deleted');
    }
    const reads = [...tables.values()].flatMap((each) => each.reads);
    return { ...emptyResult('TRUNCATE TABLE', writes.itemsWritten), reads, stats: scope.stats, writes };
  },
};

interface TableToEmpty {
  readonly table: TableDef;
  readonly reads: readonly TableRead[];
}

async function planKeyReads(
  table: TableDef,
  range: RangeVar,
  scope: StatementScope,
): Promise<readonly TableRead[]> {
  const { parsed, parameters, context, signal } = scope;
  const query = buildKeyQuery(parsed, table, range, undefined);
  const { direct, reads } = await planStatement(query, parameters, context, signal);
  if (direct === undefined)
    throw new DriverError('EXEC_ENGINE', `cannot plan a direct read of the keys of "${table.name}"`);
  return reads;
}

async function deleteAll(
  { table, reads }: TableToEmpty,
  { context, stats, signal }: StatementScope,
  writes: WriteStats,
): Promise<void> {
  const { settings, session } = context;
  const budget = getWriteBudget(writes, settings.maxWcu);
  async function* deletes(): AsyncGenerator<readonly BatchedWrite[]> {
    for (const read of reads)
      for await (const page of readTable(read, context.withSettings({ maxRows: -1 }), stats, signal)) {
        const items: readonly AttributeMap[] = JSON.parse(page.items.toString());
        yield items.map((item) => ({ kind: 'delete', key: extractKey(item, table) }));
      }
  }
  await session.database.client.writeBatches(table.name, deletes(), {
    concurrency: settings.threads,
    key: table.key,
    stats: writes,
    signal,
    intercept: async (batch, send) => {
      const sent = await budget.spend(batch.length, send);
      recordBatch(batch, table, context);
      return sent;
    },
  });
}
